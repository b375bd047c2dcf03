import GithubSlugger from "github-slugger";
import { lexer, type Token, type TokensList, walkTokens } from "marked";
import { readText } from "./repository.ts";

export interface Heading {
  readonly depth: number;
  readonly text: string;
  /** As GitHub makes it, so that one link works in both places. */
  readonly anchor: string;
}

/** A Markdown file, read. */
export interface Page {
  readonly file: string;
  readonly title: string;
  readonly tokens: TokensList;
  readonly headings: readonly Heading[];
}

export function readPage(file: string): Page {
  return parsePage(file, readText(file));
}

export function parsePage(file: string, markdown: string): Page {
  const tokens = lexer(markdown);
  const slugger = new GithubSlugger();
  const headings: Heading[] = [];
  walkTokens(tokens, (token) => {
    if (token.type !== "heading") return;
    const text = plainText(token.tokens ?? []);
    headings.push({ depth: token["depth"] as number, text, anchor: slugger.slug(text) });
  });
  return { file, title: headings[0]?.text ?? file, tokens, headings };
}

/** The words of some Markdown, without its marks. */
export function plainText(tokens: readonly Token[]): string {
  return tokens.map(wordsOf).join("");
}

function wordsOf(token: Token): string {
  if (token.type === "html") return "";
  if (token.type === "br") return " ";
  if (token.type === "table") {
    const cells = [token["header"], ...token["rows"]].flat() as { tokens: Token[] }[];
    return `${cells.map(({ tokens }) => plainText(tokens)).join(" ")} `;
  }
  if (token.type === "list") {
    const items = token["items"] as { tokens: Token[] }[];
    return `${items.map(({ tokens }) => plainText(tokens)).join(" ")} `;
  }
  const { tokens, text = "" } = token as { tokens?: Token[]; text?: string };
  const inner = tokens === undefined ? withoutEntities(text) : plainText(tokens);
  return token.type === "paragraph" || token.type === "blockquote" ? `${inner} ` : inner;
}

/** marked keeps what was written as an entity, such as `&amp;`. */
function withoutEntities(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
