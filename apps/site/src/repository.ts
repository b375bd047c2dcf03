import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The files of this checkout, by their path below its root. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const NOT_OURS = new Set(["node_modules", "dist"]);

export const pathOf = (file: string): string => join(ROOT, file);

export const readText = (file: string): string => readFileSync(pathOf(file), "utf8");

export function kindOf(file: string): "file" | "folder" | undefined {
  if (!existsSync(pathOf(file))) return undefined;
  return statSync(pathOf(file)).isDirectory() ? "folder" : "file";
}

/** What is directly in a folder, folders last. */
export function filesIn(folder: string): string[] {
  return readdirSync(pathOf(folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name) && !name.startsWith("."))
    .toSorted((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || a.name.localeCompare(b.name))
    .map(({ name }) => `${folder}/${name}`);
}

/** The Markdown files that are pages: those at the root and all of docs/. */
export const isPage = (file: string): boolean => /^(docs\/)?[^/]+\.md$/.test(file);

export function pageFiles(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(pathOf("docs")).filter((name) => name.endsWith(".md"));
  return [...atRoot, ...inDocs.map((name) => `docs/${name}`)].toSorted();
}

/** What a workspace says of itself; no page, but its links are checked. */
export function readmeFiles(): string[] {
  return ["apps", "packages", "examples"]
    .flatMap(filesIn)
    .map((workspace) => `${workspace}/README.md`)
    .filter((file) => kindOf(file) === "file");
}
