import { offerSearch } from "./search.js";

const root = document.documentElement;
const find = (selector) => document.querySelector(selector);

changeTheme(find(".theme"));
foldMenu(find(".menu"));
for (const pre of document.querySelectorAll("pre")) addCopyButton(pre);
markWhatIsRead([...document.querySelectorAll(".outline a")]);
offerSearch(find("#find"), find(".found"));
find(".rail [aria-current]")?.scrollIntoView({ block: "nearest" });
// Served by Holdfast itself, the console is next door.
if (location.pathname.startsWith("/guide/")) find(".console").hidden = false;

function changeTheme(button) {
  button.addEventListener("click", () => {
    const isDark =
      getComputedStyle(root).colorScheme === "dark" || (root.dataset.theme ?? system()) === "dark";
    root.dataset.theme = isDark ? "light" : "dark";
    try {
      localStorage.setItem("holdfast:theme", root.dataset.theme);
    } catch {
      // It lasts as long as the page.
    }
  });
}

function system() {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function foldMenu(button) {
  button.addEventListener("click", () => {
    const isOpen = root.classList.toggle("menu-open");
    button.setAttribute("aria-expanded", String(isOpen));
  });
}

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

/** The heading that is at the top is the current one. */
function markWhatIsRead(links) {
  const linkOf = new Map(links.map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
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
  for (const id of linkOf.keys()) observer.observe(document.getElementById(id));
}
