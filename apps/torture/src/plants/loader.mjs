// A module loader that hands out one file of the product with a bug in it. The product itself knows nothing of plants:
// there is no switch in it that could be left on.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { plants } from "./plants.mjs";

let plant;

export function initialize({ plant: name }) {
  plant = plants.find((candidate) => candidate.name === name);
  if (plant === undefined) throw new Error(`there is no plant called "${name}"`);
}

export async function load(url, context, nextLoad) {
  const edits = plant.edits.filter((edit) => url.split("?")[0].endsWith(edit.file));
  if (edits.length === 0) return nextLoad(url, context);
  let source = await readFile(fileURLToPath(url.split("?")[0]), "utf8");
  for (const { file, find, replace } of edits) {
    // A plant that no longer fits would be a run without a bug, and "not caught" would be a lie.
    if (source.split(find).length !== 2)
      throw new Error(`plant "${plant.name}" does not fit ${file} exactly once: ${find}`);
    source = source.replace(find, () => replace);
  }
  return { format: "module", source, shortCircuit: true };
}
