import { relativeAddress } from "./address.ts";
import { escapeHtml } from "./html.ts";

export interface NavigationEntry {
  readonly title: string;
  readonly address: string;
}
export interface NavigationChapter {
  readonly title: string;
  readonly entries: readonly NavigationEntry[];
}

export interface Sheet {
  readonly title: string;
  readonly address: string;
  /** HTML of what the page is about. */
  readonly main: string;
  /** The headings to jump to. */
  readonly outline: readonly { readonly text: string; readonly anchor: string }[];
}

const MARK = `<svg width="22" height="22" viewBox="0 0 20 20" aria-hidden="true"><rect width="20" height="20" rx="5" class="ground"/><path d="M10 3.6v12.8M10 7.6c0 4.6-1.2 6.4-4.4 8.8M10 7.6c0 4.6 1.2 6.4 4.4 8.8" fill="none" stroke-width="1.7" stroke-linecap="round"/></svg>`;

/** A whole page: the bar, the rail of all pages, what it is about, and its outline. */
export function layout(sheet: Sheet, chapters: readonly NavigationChapter[]): string {
  const to = (address: string) => escapeHtml(relativeAddress(sheet.address, address));
  const link = ({ title, address }: NavigationEntry) => {
    const current = address === sheet.address ? ' aria-current="page"' : "";
    return `<li><a href="${to(address)}"${current}>${escapeHtml(title)}</a></li>`;
  };
  const rail = chapters
    .map(
      ({ title, entries }) => `<h2>${escapeHtml(title)}</h2>\n<ul>\n${entries.map(link).join("\n")}\n</ul>`,
    )
    .join("\n");
  const title = sheet.title === "Holdfast" ? "Holdfast" : `${sheet.title} · Holdfast`;
  return `<!doctype html>
<html lang="en" data-top="${to(".") || "."}/">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${to("favicon.svg")}">
<link rel="stylesheet" href="${to("tokens.css")}">
<link rel="stylesheet" href="${to("prose.css")}">
<link rel="stylesheet" href="${to("frame.css")}">
<script src="${to("theme.js")}"></script>
<script type="module" src="${to("site.js")}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header class="bar">
<p class="brand"><a href="${to("index.html")}">${MARK}Holdfast</a></p>
<button type="button" class="menu" aria-expanded="false" aria-controls="rail">Pages</button>
<search class="find">
<label for="find">Search</label>
<input type="search" id="find" placeholder="Search the guide" autocomplete="off" spellcheck="false">
<div id="found" class="found" role="region" aria-label="What was found" aria-live="polite" hidden></div>
</search>
<a class="console" href="/" hidden>Console</a>
<button type="button" class="theme" aria-label="Change between light and dark">◐</button>
</header>
<div class="room">
<nav id="rail" class="rail" aria-label="Pages">
${rail}
</nav>
<main id="main" tabindex="-1">
<article>
${sheet.main}
</article>
${neighbours(sheet, chapters, to)}
</main>
${outlineOf(sheet)}
</div>
</body>
</html>
`;
}

function outlineOf({ outline }: Sheet): string {
  if (outline.length < 2) return "";
  const links = outline.map(({ text, anchor }) => `<li><a href="#${anchor}">${escapeHtml(text)}</a></li>`);
  return `<nav class="outline" aria-label="On this page"><h2>On this page</h2><ul>${links.join("")}</ul></nav>`;
}

/** The page before and the one after, for those who read all of it. */
function neighbours(
  { address }: Sheet,
  chapters: readonly NavigationChapter[],
  to: (address: string) => string,
): string {
  const all = chapters.flatMap(({ entries }) => entries);
  const at = all.findIndex((entry) => entry.address === address);
  if (at === -1) return "";
  const link = (entry: NavigationEntry | undefined, rel: "prev" | "next", word: string) =>
    entry === undefined
      ? ""
      : `<a class="${rel}" rel="${rel}" href="${to(entry.address)}"><span>${word}</span> ${escapeHtml(entry.title)}</a>`;
  return `<nav class="neighbours" aria-label="Before and after">${link(all[at - 1], "prev", "Before")}${link(all[at + 1], "next", "Next")}</nav>`;
}
