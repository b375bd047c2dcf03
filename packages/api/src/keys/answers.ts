import type { KeyCreated, KeyRevoked, KeyView } from "@holdfast/db";
import { z } from "zod";
import { answerOf, count, id, instant, next, operationId, replayed, type Told } from "../rest/fields.ts";

/** What calls on API keys answer: the types of @holdfast/db as schemas. */

const bearer = {
  keyId: id,
  subject: z.string().meta({ description: "Who its bearer is.", example: "jobs" }),
  role: z.enum(["user", "service", "admin"]).meta({ example: "service" }),
};

export const createdAnswer = answerOf<Told<KeyCreated>>()(
  z.strictObject({
    operationId,
    ...bearer,
    tenantId: count.meta({ example: 1 }),
    apiKey: z.string().nullable().meta({
      description:
        "The key itself, to be kept. A repeated call is told it again, or null after a change of the secret that it derives from; the key goes on working.",
      example: "hf_1_01a2015b-98fa-7655-acd9-cef53fd3f9ab_9sXq2mT0cYb7nJvK4LwRz1eHgU8dPaFo5iQxV3ZtBkM",
    }),
    replayed,
  }),
).meta({ id: "KeyCreated" });

export const revokedAnswer = answerOf<Told<KeyRevoked>>()(
  z.strictObject({
    operationId,
    ...bearer,
    revokedAt: instant.describe("The first time, when it had been revoked before."),
    replayed,
  }),
).meta({ id: "KeyRevoked" });

const key = answerOf<KeyView>()(
  z.strictObject({
    ...bearer,
    createdAt: instant,
    createdBy: z.string().nullable().meta({
      description: "Role and subject of who made it; null for one that was made before that was recorded.",
      example: "admin:root",
    }),
    revokedAt: instant.nullable().meta({ description: "Null while it works.", example: null }),
  }),
).meta({ id: "Key" });
export const keys = z.strictObject({ keys: z.array(key), next: next(id) }).meta({ id: "Keys" });
