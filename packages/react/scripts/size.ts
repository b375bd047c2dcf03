/** Prints what a page loads of this package and of the client's types: the table of docs/react.md. */

import * as react from "../src/index.ts";
import { bundleOf } from "./bundle.ts";

const pages: [string, string[]][] = [
  ["a wallet", ["useWallet"]],
  ["a wallet and a boost", ["useWallet", "useBoost"]],
  ["a seat map to buy from", ["useSeatMap", "useReservation"]],
  ["a conversation", ["useConversation"]],
  ["everything", Object.keys(react)],
];
for (const [page, names] of pages) {
  const { bytes, gzippedBytes } = await bundleOf([...new Set(["HoldfastProvider", ...names])]);
  console.log(`| ${page} | ${kilobytes(bytes)} | ${kilobytes(gzippedBytes)} |`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
