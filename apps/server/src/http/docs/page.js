// Before the first paint, so that the theme chosen in the console does not flash.
try {
  const theme = localStorage.getItem("holdfast:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is forbidden: the system's theme it is.
}

addEventListener("DOMContentLoaded", () => {
  document.getElementById("address").textContent = `URL=${location.origin}`;
  for (const pre of document.querySelectorAll("pre")) addCopyButton(pre);
  const menu = document.querySelector("nav details");
  const isWide = matchMedia("(min-width: 60rem)");
  const fold = () => {
    menu.open = isWide.matches;
  };
  isWide.addEventListener("change", fold);
  fold();
  const links = [...document.querySelectorAll("#links li")];
  document.getElementById("find").addEventListener("input", ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    if (wanted !== "") menu.open = true;
    for (const link of links) link.hidden = !link.textContent.toLowerCase().includes(wanted);
  });
  for (const link of links) {
    link.addEventListener("click", () => {
      if (!isWide.matches) menu.open = false;
    });
  }
  markWhatIsRead(links.map((link) => link.firstElementChild));
});

function addCopyButton(pre) {
  const text = pre.textContent;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it, then copy";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });
  const frame = document.createElement("div");
  frame.className = "frame";
  pre.replaceWith(frame);
  frame.append(pre, button);
}

/** The link of the operation that is at the top is the current one. */
function markWhatIsRead(links) {
  const linkOf = new Map(links.map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const link of links) link.removeAttribute("aria-current");
        linkOf.get(target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  for (const section of document.querySelectorAll(".operation")) observer.observe(section);
}
