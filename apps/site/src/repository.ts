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

/** Every Markdown file that people read: those at the root and all of docs/. */
export function markdownFiles(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(pathOf("docs")).filter((name) => name.endsWith(".md"));
  return [...atRoot, ...inDocs.map((name) => `docs/${name}`)].toSorted();
}
