import { CliError } from "@holdfast/server/tool";
import type { Plant } from "@holdfast/torture/bundle";
import type { Rule } from "./oracles/finding.ts";

/** A bug, and the rule that it breaks. */
export interface FuzzPlant extends Plant {
  readonly breaks: Rule;
}

/** Bugs such as people write, one at a time, as edits to the product's source: a run must find each of them. */
export const plants: readonly FuzzPlant[] = [
  {
    name: "unhandled-rejection",
    bug: "work that nobody waits for fails",
    breaks: "the process lives",
    edits: [
      {
        file: "packages/api/src/conversations/router.ts",
        find: 'const stopped = await execute(ctx, "conversations.stop", input);',
        replace:
          'if (!String(input["conversationId"]).includes("-")) void Promise.reject(new Error("no such conversation"));\n    const stopped = await execute(ctx, "conversations.stop", input);',
      },
    ],
  },
  {
    name: "throw-in-a-handler",
    bug: "a field is used before anybody has looked whether it is text",
    breaks: "answers below 500",
    edits: [
      {
        file: "packages/db/src/write-path/registry.ts",
        find: "const feature = byKind.get(kind);\n      const schema",
        replace:
          "(input as { memo?: string }).memo?.trim();\n      const feature = byKind.get(kind);\n      const schema",
      },
    ],
  },
  {
    name: "message-of-an-error-told",
    bug: "what was thrown is told as the reason",
    breaks: "no answer tells of the inside",
    edits: [
      {
        file: "packages/api/src/errors.ts",
        find: 'return badRequest("the request is not a valid tRPC request");',
        replace: "return badRequest(String(error.stack));",
      },
    ],
  },
  {
    name: "refusal-writes",
    bug: "who asks for what is not there leaves a row",
    breaks: "a refusal changes nothing",
    edits: [
      {
        file: "packages/db/src/write-path/decide.ts",
        find: "if (!error.recorded) return decision;",
        replace: 'if (!error.recorded && decision.code !== "NOT_FOUND") return decision;',
      },
    ],
  },
];

export function findPlant(name: string): FuzzPlant {
  const plant = plants.find((candidate) => candidate.name === name);
  if (plant === undefined)
    throw new CliError(`no plant "${name}"; there are: ${plants.map((one) => one.name).join(", ")}`);
  return plant;
}
