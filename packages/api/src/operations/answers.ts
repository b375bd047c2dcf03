import type { Explanation, Verification } from "@holdfast/db";
import { z } from "zod";
import { answerOf, count, id, instant } from "../rest/fields.ts";

/** What calls on operations answer: the types of @holdfast/db as schemas. */

const outcome = z
  .union([
    z.strictObject({ ok: z.literal(true), data: z.unknown() }),
    z.strictObject({ ok: z.literal(false), code: z.string(), details: z.unknown() }),
  ])
  .meta({
    id: "Outcome",
    description: "What it came to: what its caller was told, or a code of the table of errors.",
  });

const summary = {
  operationId: id,
  idempotencyKey: z.string().meta({ example: "order-1042" }),
  kind: z.string().meta({ description: "The command.", example: "wallets.boost" }),
  caller: z.string().meta({ description: "Role and subject of who sent it.", example: "user:ada" }),
  at: instant,
  outcome,
};

export const explanation = answerOf<Explanation>()(
  z.strictObject({
    ...summary,
    input: z.unknown().describe("As it was parsed; its key is beside it."),
    wrote: z
      .array(
        z.strictObject({
          table: z.string().meta({ example: "entries" }),
          row: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
        }),
      )
      .describe("The rows that it wrote and the caller may see, as they are now; none after a refusal."),
    story: z
      .array(z.strictObject(summary))
      .describe("Where it is a step of something longer, such as an answer: all its steps, in their order."),
  }),
).meta({ id: "Operation" });

const invariant = {
  invariant: z.string().meta({ example: "I1" }),
  table: z.string().meta({ example: "wallets" }),
};
export const verification = answerOf<Verification>()(
  z.strictObject({
    at: instant.describe("When it began."),
    complete: z.boolean().meta({ description: "Whether every check was made.", example: true }),
    checks: z.array(
      z.strictObject({
        ...invariant,
        state: z.enum(["holds", "broken", "unchecked"]),
        durationMs: count.meta({ example: 12 }),
      }),
    ),
    findings: z
      .array(
        z.strictObject({
          ...invariant,
          row: z.string().meta({ description: "Its key.", example: "01a2015b-98fa-7655-acd9-cef53fd3f9ab" }),
          message: z.string().meta({ example: "balance is 40, its entries sum to 50" }),
        }),
      )
      .meta({ description: "What is broken; none when everything holds.", example: [] }),
  }),
).meta({ id: "Verification" });
