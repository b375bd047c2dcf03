import { expect, test } from "vitest";
import { unplacedFiles } from "./build.ts";
import { brokenLinks } from "./links.ts";
import { parsePage, readPage } from "./page.ts";
import { pageFiles, readmeFiles } from "./repository.ts";

test("every link and every anchor of every Markdown file leads somewhere", () => {
  const files = [...pageFiles(), ...readmeFiles()];
  expect(files).toEqual(expect.arrayContaining(["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"]));
  expect(brokenLinks(files.map(readPage))).toEqual([]);
});

test("every page has its place in the navigation", () => {
  expect(unplacedFiles()).toEqual([]);
});

const here = parsePage("docs/here.md", "# Here\n\n## Two words, and `code`\n\n## Twice\n\n## Twice");
const complaintsOf = (markdown: string) => brokenLinks([parsePage("docs/page.md", markdown), here]);

test.each([
  "[a page](here.md)",
  "[a heading](here.md#two-words-and-code)",
  "[the second of a name](here.md#twice-1)",
  "[of this page](#below)\n\n## Below",
  "[a folder](../packages/client/src)",
  "![a picture](performance.svg)",
  '<img src="performance.svg">',
  "<https://example.com/a>",
])("finds no fault with %s", (markdown) => {
  expect(complaintsOf(markdown)).toEqual([]);
});

test.each([
  ["[a page](gone.md)", "gone.md leads to docs/gone.md, which is not there"],
  ["[outside](../../gone.md)", "../../gone.md leads to ../gone.md, which is not there"],
  ["[a heading](here.md#three)", "here.md#three leads to a heading that docs/here.md does not have"],
  ["[of this page](#below)", "#below leads to a heading that docs/page.md does not have"],
  ["[a line](performance.svg#L1)", "performance.svg#L1 names a heading of what is no page"],
  ["![a picture](gone.svg)", "gone.svg leads to docs/gone.svg, which is not there"],
  ['<source srcset="gone.webp">', "gone.webp leads to docs/gone.webp, which is not there"],
  ["[out](http://)", "http:// is no address"],
  ["[out](javascript:go)", "javascript:go is no address"],
])("finds fault with %s", (markdown, complaint) => {
  expect(complaintsOf(markdown)).toEqual([`docs/page.md: ${complaint}`]);
});
