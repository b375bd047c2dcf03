import { Marked, type Token, type Tokens } from "marked";
import { hrefIn } from "./address.ts";
import { highlight } from "./highlight.ts";
import { escapeHtml } from "./html.ts";
import { HTML_LINK } from "./links.ts";
import type { Page } from "./page.ts";

/** The HTML of a page's Markdown, its links made those of the site. */
export function render(page: Page): string {
  const { file } = page;
  const headings = page.headings.values();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const inner = this.parser.parseInline(tokens);
        const { anchor = "", text = "" } = headings.next().value ?? {};
        if (depth === 1) return `<h1>${inner}</h1>\n`;
        const label = escapeHtml(`Link to ${text}`);
        return `<h${depth} id="${anchor}">${inner} <a class="anchor" href="#${anchor}" aria-label="${label}">#</a></h${depth}>\n`;
      },
      link({ href, title, tokens }: Tokens.Link) {
        const titled = title ? ` title="${escapeHtml(title)}"` : "";
        return `<a href="${escapeHtml(hrefIn(file, href))}"${titled}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        const picture = `<img src="${escapeHtml(hrefIn(file, href))}" alt="${escapeHtml(text)}">`;
        return href.endsWith(".svg") ? `<span class="diagram" tabindex="0">${picture}</span>` : picture;
      },
      html({ raw }: Tokens.HTML | Tokens.Tag) {
        return raw.replaceAll(HTML_LINK, (_, name, href) => `${name}="${hrefIn(file, href)}"`);
      },
      code({ text, lang = "" }: Tokens.Code) {
        return `<pre tabindex="0"><code>${highlight(text, lang)}</code></pre>\n`;
      },
      table(token: Tokens.Table) {
        const cell = (of: Tokens.TableCell, tag: string) =>
          `<${tag}${alignOf(of)}>${this.parser.parseInline(of.tokens)}</${tag}>`;
        // A header cell without words is none.
        const row = (cells: readonly Tokens.TableCell[], tag = "td") =>
          `<tr>${cells.map((of) => cell(of, of.text === "" ? "td" : tag)).join("")}</tr>`;
        const body = token.rows.map((cells) => row(cells)).join("\n");
        // A table whose first row is empty has no header to show.
        const hasHeader = token.header.some(({ text }) => text !== "");
        const head = hasHeader ? `<thead>${row(token.header, "th")}</thead>` : "";
        return `<div class="table" tabindex="0"><table>${head}<tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  return marked.parser(page.tokens as Token[]);
}

function alignOf({ align }: Tokens.TableCell): string {
  return align === "right" || align === "center" ? ` class="${align}"` : "";
}
