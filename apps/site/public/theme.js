// Before the first paint, so that a chosen theme does not flash. The console, on the same origin, remembers it alike.
try {
  const theme = localStorage.getItem("holdfast:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}
