import { z } from "zod";
import * as field from "../fields.ts";
import { parseInput } from "../write-path/registry.ts";

const MAX_TOPICS = 50;

/** What a watcher sends: topics, each with the last version that it knows. */
const watchInput = z.strictObject({
  topics: z
    .array(
      z.strictObject({
        kind: field.text(50),
        // A UUID is the same in capitals, here as everywhere.
        id: z.union([field.id, field.text(255)]),
        since: field.version.optional(),
      }),
    )
    .min(1)
    .max(MAX_TOPICS)
    .refine(
      (topics) => new Set(topics.map(({ kind, id }) => `${kind}/${id}`)).size === topics.length,
      "must not name a topic twice",
    ),
});

/** By the name of the procedure that takes it. */
export const changeInputs = { "changes.watch": watchInput } as const;

export type WatchInput = z.input<typeof watchInput>;

/** @throws HoldfastError BAD_REQUEST. */
export function parseWatchInput(input: unknown): z.output<typeof watchInput> {
  return parseInput(watchInput, input);
}
