import { posix } from "node:path";
import { targetOf } from "./links.ts";
import { isPage, kindOf } from "./repository.ts";

const PICTURE = /\.(svg|png|webp)$/;

export const isPicture = (file: string): boolean => PICTURE.test(file);

/** The address of a file within the site, from its top: pages by their names, pictures and sources below folders of their own. */
export function addressOf(file: string): string {
  if (file === "README.md") return "index.html";
  if (isPage(file)) return `${posix.basename(file, ".md").toLowerCase()}.html`;
  if (isPicture(file)) return `pictures/${posix.basename(file)}`;
  return kindOf(file) === "folder" ? `source/${file}/index.html` : `source/${file}.html`;
}

/** From one address of the site to another: every link is relative, so the site works wherever it is put. */
export function relativeAddress(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to);
}

/** A link that stands in a file, as it must stand in the page that is made of it. */
export function hrefIn(file: string, href: string): string {
  const target = targetOf(file, href);
  if ("outside" in target) return href;
  const anchor = target.anchor === undefined ? "" : `#${target.anchor}`;
  if (target.file === file) return anchor;
  return relativeAddress(addressOf(file), addressOf(target.file)) + anchor;
}
