import { extname, posix } from "node:path";
import { addressOf, relativeAddress } from "./address.ts";
import { highlight } from "./highlight.ts";
import { escapeHtml } from "./html.ts";
import type { Sheet } from "./layout.ts";
import { filesIn, kindOf, readText } from "./repository.ts";

/** Pages for what the Markdown links to and is no page itself: files with their code, folders with what is in them. */
export function sourceSheets(linked: Iterable<string>): Sheet[] {
  const wanted = new Set(linked);
  for (const file of wanted)
    if (kindOf(file) === "folder") for (const inner of filesIn(file)) wanted.add(inner);
  return [...wanted].map((file) => (kindOf(file) === "folder" ? folderSheet(file) : fileSheet(file)));
}

function fileSheet(file: string): Sheet {
  const code = highlight(readText(file), extname(file).slice(1));
  const main = `<h1 class="path">${escapeHtml(file)}</h1>\n<pre tabindex="0"><code>${code}</code></pre>`;
  return { title: posix.basename(file), address: addressOf(file), main, outline: [] };
}

function folderSheet(folder: string): Sheet {
  const address = addressOf(folder);
  const items = filesIn(folder).map((file) => {
    const name = posix.basename(file) + (kindOf(file) === "folder" ? "/" : "");
    return `<li><a href="${escapeHtml(relativeAddress(address, addressOf(file)))}"><code>${escapeHtml(name)}</code></a></li>`;
  });
  const main = `<h1 class="path">${escapeHtml(folder)}/</h1>\n<ul>${items.join("\n")}</ul>`;
  return { title: posix.basename(folder), address, main, outline: [] };
}
