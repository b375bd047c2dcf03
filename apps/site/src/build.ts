import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addressOf, isPicture } from "./address.ts";
import { contents } from "./contents.ts";
import { layout, type NavigationChapter, type Sheet } from "./layout.ts";
import { brokenLinks, linksOf, targetOf } from "./links.ts";
import { type Page, readPage } from "./page.ts";
import { render } from "./render.ts";
import { isPage, pageFiles, pathOf, readmeFiles, readText } from "./repository.ts";
import { searchEntries } from "./search-entries.ts";
import { sourceSheets } from "./sources.ts";

const PUBLIC = fileURLToPath(new URL("../public/", import.meta.url));
const SEARCH_ENGINE = fileURLToPath(import.meta.resolve("minisearch"));

/** Links that lead nowhere: the site is not built with them. */
export class BrokenLinks extends Error {
  override readonly name = "BrokenLinks";
  readonly links: readonly string[];

  constructor(links: readonly string[]) {
    super(`Links that lead nowhere:\n${links.map((link) => `  ${link}`).join("\n")}`);
    this.links = links;
  }
}

/**
 * Builds the site into a folder, which is emptied before. Answers how many pages it has.
 *
 * @throws BrokenLinks when a link or an anchor of any Markdown file leads nowhere.
 */
export async function buildSite(into: string): Promise<{ pages: number }> {
  const pages = pageFiles().map(readPage);
  const broken = brokenLinks([...pages, ...readmeFiles().map(readPage)]);
  if (broken.length > 0) throw new BrokenLinks(broken);

  await rm(into, { recursive: true, force: true });
  const write = async (address: string, text: string) => {
    await mkdir(dirname(join(into, address)), { recursive: true });
    await writeFile(join(into, address), text);
  };
  const linked = new Set(pages.flatMap(filesLinkedBy));
  const sheets = [
    ...pages.map(sheetOf),
    ...sourceSheets([...linked].filter((file) => !isPage(file) && !isPicture(file))),
  ];
  const chapters = navigationOf(pages);
  for (const sheet of sheets) await write(sheet.address, layout(sheet, chapters));
  for (const picture of [...linked].filter(isPicture))
    await cp(pathOf(picture), join(into, addressOf(picture)));
  await cp(PUBLIC, into, { recursive: true });
  await write("tokens.css", tokens());
  await cp(pathOf("apps/web/public/favicon.svg"), join(into, "favicon.svg"));
  await cp(SEARCH_ENGINE, join(into, "minisearch.js"));
  await write("search.json", JSON.stringify(searchEntries(pages)));
  return { pages: sheets.length };
}

function filesLinkedBy(page: Page): string[] {
  return linksOf(page).flatMap((href) => {
    const target = targetOf(page.file, href);
    return "outside" in target ? [] : [target.file];
  });
}

function sheetOf(page: Page): Sheet {
  const outline = page.headings.filter(({ depth }) => depth === 2);
  return { title: page.title, address: addressOf(page.file), main: render(page), outline };
}

function navigationOf(pages: readonly Page[]): NavigationChapter[] {
  const byFile = new Map(pages.map((page) => [page.file, page]));
  return contents.map(({ title, files }) => ({
    title,
    entries: files.flatMap((file) => {
      const page = byFile.get(file);
      if (page === undefined) return [];
      const name = file === "README.md" ? "What it is" : page.title;
      return [{ title: name, address: addressOf(file) }];
    }),
  }));
}

/** The console's colours, from its own table, which Tailwind reads there and a browser here. */
function tokens(): string {
  return readText("apps/web/src/styles/tokens.css")
    .replace("@theme {", ":root {")
    .replaceAll(/^ *--[\w-]+\*: initial;\n/gm, "");
}

/** Pages that have no place in the navigation. */
export function unplacedFiles(): string[] {
  const placed = new Set(contents.flatMap(({ files }) => files));
  return pageFiles().filter((file) => !placed.has(file));
}
