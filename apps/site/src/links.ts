import { posix } from "node:path";
import { type Token, walkTokens } from "marked";
import type { Page } from "./page.ts";
import { kindOf } from "./repository.ts";

/** Where a link leads: out of the repository, or to a file or folder of it, and there perhaps to an anchor. */
export type Target =
  | { readonly outside: string }
  | { readonly file: string; readonly anchor: string | undefined };

export function targetOf(from: string, href: string): Target {
  if (/^[a-z][a-z+.-]*:/i.test(href)) return { outside: href };
  const [path = "", anchor] = href.split("#", 2);
  const file = path === "" ? from : posix.normalize(posix.join(posix.dirname(from), decodeURI(path)));
  return { file: file.replace(/\/$/, ""), anchor };
}

/** What HTML within Markdown leads to. */
export const HTML_LINK = /\b(href|src|srcset)="([^"]*)"/g;

export function linksOf({ tokens }: Page): string[] {
  const links: string[] = [];
  walkTokens(tokens as Token[], (token) => {
    if (token.type === "link" || token.type === "image") links.push(String(token["href"]));
    if (token.type === "html")
      for (const [, , href = ""] of String(token["raw"]).matchAll(HTML_LINK)) links.push(href);
  });
  return links;
}

/** What is wrong with each link of these pages that leads nowhere, as sentences. Nothing is asked of the network. */
export function brokenLinks(pages: readonly Page[]): string[] {
  const byFile = new Map(pages.map((page) => [page.file, page]));
  return pages.flatMap((page) =>
    linksOf(page).flatMap((href) => {
      const why = whyBroken(targetOf(page.file, href), byFile);
      return why === undefined ? [] : [`${page.file}: ${href} ${why}`];
    }),
  );
}

function whyBroken(target: Target, pages: ReadonlyMap<string, Page>): string | undefined {
  if ("outside" in target) {
    const { outside } = target;
    return URL.canParse(outside) && /^(https?|mailto):/.test(outside) ? undefined : "is no address";
  }
  const { file, anchor } = target;
  const there = pages.get(file);
  if (there === undefined && (file.startsWith("..") || kindOf(file) === undefined))
    return `leads to ${file}, which is not there`;
  if (anchor === undefined) return undefined;
  if (there === undefined) return "names a heading of what is no page";
  return there.headings.some((heading) => heading.anchor === anchor)
    ? undefined
    : `leads to a heading that ${file} does not have`;
}
