import type { Token } from "marked";
import { addressOf } from "./address.ts";
import { type Page, plainText } from "./page.ts";

/** What can be found: the words below one heading. */
export interface SearchEntry {
  readonly id: number;
  readonly page: string;
  readonly title: string;
  readonly address: string;
  readonly text: string;
}

export function searchEntries(pages: readonly Page[]): SearchEntry[] {
  const entries = pages.flatMap(sectionsOf);
  return entries.map((entry, id) => ({ id, ...entry }));
}

function sectionsOf({ file, title: page, tokens, headings }: Page): Omit<SearchEntry, "id">[] {
  const sections: { title: string; address: string; tokens: Token[] }[] = [];
  let next = 0;
  for (const token of tokens) {
    if (token.type === "heading") {
      const { depth, text = "", anchor = "" } = headings[next++] ?? {};
      const address = addressOf(file) + (depth === 1 ? "" : `#${anchor}`);
      sections.push({ title: text, address, tokens: [] });
    } else sections.at(-1)?.tokens.push(token);
  }
  return sections.map(({ title, address, tokens: inner }) => {
    return { page, title, address, text: plainText(inner).replaceAll(/\s+/g, " ").trim() };
  });
}
