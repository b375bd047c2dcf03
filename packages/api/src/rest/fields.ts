import { z } from "zod";

/** What answers are made of. A field says of itself what a reader of the OpenAPI document needs. */

export const id = z.uuid().meta({ example: "01a2015b-98fa-7655-acd9-cef53fd3f9ab" });
export const amount = z
  .string()
  .regex(/^-?(0|[1-9]\d*)$/)
  .meta({
    description: "A decimal string, in the smallest unit of the wallet's currency.",
    example: "50",
  });
export const balance = amount.meta({ example: "999950" });
export const version = z
  .string()
  .regex(/^(0|[1-9]\d*)$/)
  .meta({ description: "A decimal string that advances by one with every change.", example: "2" });
export const instant = z.iso
  .datetime()
  .meta({ description: "By the database's clock.", example: "2026-11-26T18:00:00.000Z" });
export const count = z.int().min(0);
export const operationId = id.describe(
  "The operation that did it: `GET /v1/operations/{operationId}` tells all of it.",
);
export const replayed = z.boolean().meta({
  description: "Whether an earlier call with the same key did this, and this answer repeats its.",
  example: false,
});
export const next = (of: z.ZodType) =>
  of
    .nullable()
    .meta({ description: "Pass it as `before` for the next page; null when there is none.", example: null });

/** What a command answers, as it is told. */
export type Told<T> = T & { replayed: boolean };

type Same<A, B> = [Required<A>] extends [Required<B>]
  ? [Required<B>] extends [Required<A>]
    ? unknown
    : "the type has what the schema lacks"
  : "the schema has what the type lacks";

/**
 * The schema of an answer of type `T`: `answerOf<WalletView>()(z.strictObject({ … }))`. It does not compile when a field has
 * another type, or is only in one of the two.
 */
export const answerOf =
  <T>() =>
  <S extends z.ZodType<T>>(schema: S & Same<T, z.output<S>>): S =>
    schema;
