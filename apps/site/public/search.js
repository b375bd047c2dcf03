/** How many are shown: who does not see it among these asks for something else. */
const MOST = 8;

/** Finds headings by the words below them. What can be found is fetched when somebody is about to ask. */
export function offerSearch(input, results) {
  const top = new URL(document.documentElement.dataset.top, location.href);
  let index;
  const load = () => {
    index ??= loadIndex(top);
    return index;
  };
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", async () => {
    const asked = input.value.trim();
    if (asked.length < 2) {
      results.hidden = true;
      return;
    }
    const found = (await load()).search(asked).slice(0, MOST);
    // Somebody types faster than an answer comes.
    if (asked === input.value.trim()) show(results, found, asked, top);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(event, results, 0);
    if (event.key === "Enter") results.querySelector("a")?.click();
  });
  results.addEventListener("keydown", (event) => {
    const at = [...results.querySelectorAll("a")].indexOf(document.activeElement);
    if (event.key === "ArrowDown") move(event, results, at + 1);
    if (event.key === "ArrowUp" && at > 0) move(event, results, at - 1);
    else if (event.key === "ArrowUp") input.focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") results.hidden = true;
    if (event.key !== "/" || event.target.closest("input, textarea")) return;
    event.preventDefault();
    input.focus();
  });
  addEventListener("click", ({ target }) => {
    if (!target.closest(".find")) results.hidden = true;
  });
}

async function loadIndex(top) {
  const [{ default: MiniSearch }, entries] = await Promise.all([
    import(new URL("minisearch.js", top)),
    fetch(new URL("search.json", top)).then((response) => response.json()),
  ]);
  const index = new MiniSearch({
    fields: ["title", "page", "text"],
    storeFields: ["title", "page", "address", "text"],
    searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
  });
  index.addAll(entries);
  return index;
}

function show(results, found, asked, top) {
  results.replaceChildren(
    ...(found.length === 0 ? [nothing(asked)] : found.map((one) => resultOf(one, top))),
  );
  results.hidden = false;
}

function nothing(asked) {
  const words = document.createElement("p");
  words.textContent = `Nothing has “${asked}” in it.`;
  return words;
}

function resultOf({ page, title, address, text, terms }, top) {
  const link = document.createElement("a");
  link.href = new URL(address, top);
  const part = (name, words) => {
    const element = document.createElement(name);
    element.textContent = words;
    return element;
  };
  const where = page === title ? [part("strong", page)] : [part("strong", title), part("span", page)];
  link.append(...where, part("small", excerptOf(text, terms)));
  return link;
}

/** The words around the first that was asked for. */
function excerptOf(text, terms) {
  const at = Math.max(0, text.toLowerCase().search(terms.map(escapeRegExp).join("|")));
  const from = at < 40 ? 0 : text.indexOf(" ", at - 40) + 1;
  return (from === 0 ? "" : "… ") + text.slice(from, from + 120);
}

function escapeRegExp(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function move(event, results, to) {
  const link = results.querySelectorAll("a")[to];
  if (link === undefined) return;
  event.preventDefault();
  link.focus();
}
