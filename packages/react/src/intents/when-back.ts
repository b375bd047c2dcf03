/** Calls back when the page is likely to reach the server again: online, or looked at again. Returns the way to stop. */
export function whenBack(callback: () => void): () => void {
  const call = () => {
    if (navigator.onLine && document.visibilityState === "visible") callback();
  };
  window.addEventListener("online", call);
  document.addEventListener("visibilitychange", call);
  return () => {
    window.removeEventListener("online", call);
    document.removeEventListener("visibilitychange", call);
  };
}
