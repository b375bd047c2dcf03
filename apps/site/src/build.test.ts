import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSite } from "./build.ts";
import { pageFiles } from "./repository.ts";

const directory = mkdtempSync(join(tmpdir(), "holdfast-site-"));
let pages: Map<string, string>;

beforeAll(async () => {
  await buildSite(directory);
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  pages = new Map(
    files
      .filter((file) => file.endsWith(".html"))
      .map((file) => [file, readFileSync(join(directory, file), "utf8")]),
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

test("makes a page of every Markdown file", () => {
  expect([...pages.keys()].filter((name) => !name.includes("/"))).toHaveLength(pageFiles().length);
});

test("leads nowhere that is not built, wherever it is put", () => {
  const dead = [...pages].flatMap(([file, html]) =>
    [...html.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g)].flatMap(([, href = ""]) => {
      // The console is next door where Holdfast serves the guide.
      if (href === "/" || /^https?:/.test(href)) return [];
      const { pathname, hash } = new URL(href, `http://site/${file}`);
      const path = pathname.slice(1);
      const there = existsSync(join(directory, path));
      const id = decodeURIComponent(hash.slice(1));
      const marked = id === "" || (pages.get(path)?.includes(`id="${id}"`) ?? false);
      return there && marked && !href.startsWith("/") ? [] : [`${file}: ${href}`];
    }),
  );
  expect(dead).toEqual([]);
});

test("needs nothing that a strict content security policy forbids", () => {
  for (const html of pages.values()) {
    expect(html).not.toMatch(/<script(?! (type="module" )?src=)/);
    expect(html).not.toMatch(/\son\w+="/);
  }
});

test("has an entry for every heading in what can be searched", () => {
  const entries = JSON.parse(readFileSync(join(directory, "search.json"), "utf8")) as {
    title: string;
    address: string;
    text: string;
  }[];
  const meaning = entries.find(({ address }) => address === "errors.html#what-a-reply-means");
  expect(meaning?.text).toContain("took effect, once, durably");
  expect(entries.filter(({ title }) => title === "")).toEqual([]);
});
