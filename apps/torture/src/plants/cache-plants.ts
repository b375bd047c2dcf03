import { edit, type Plant } from "./plant.ts";

// What people get wrong about a cache beside the truth. They need Redis: without one they are not caught.
export const cachePlants: readonly Plant[] = [
  {
    name: "cache-believed",
    bug: "what the cache tells is believed without its signature",
    faults: /^redis: hostile/,
    edits: [
      edit(
        "write-path/replay-cache.ts",
        "if (tag.length !== right.length || !timingSafeEqual(tag, right)) return undefined;",
        "if (tag.length !== right.length) return undefined;",
      ),
    ],
  },
  {
    name: "cache-filled-before-commit",
    bug: "outcomes are cached as they are decided, before their COMMIT",
    faults: /cut before COMMIT|terminated in/,
    edits: [
      edit(
        "write-path/batches.ts",
        "        return { results: executed.results, epoch };",
        "        const early = executed.results;\n        void epoch?.then((at) => replayCache?.keep(at, calls, early));\n        return { results: executed.results, epoch };",
      ),
    ],
  },
  {
    name: "cache-by-key-alone",
    bug: "the cache looks outcomes up by the idempotency key alone",
    edits: [
      edit(
        "write-path/replay-cache.ts",
        "const parts = [call.kind, call.caller, call.command.idempotencyKey, call.input];",
        "const parts = [call.command.idempotencyKey];",
      ),
    ],
  },
];
