import fastifyCors from "@fastify/cors";
import type { FastifyInstance } from "fastify";
import { DEADLINE_HEADER } from "./deadline.ts";

/** How long a browser need not ask again whether it may, in seconds. */
const REMEMBER_SECONDS = 600;

/**
 * Lets pages of other origins call: those that are named, to the letter. No cookie is sent along; who calls is said by a token
 * that such a page has to have. Without any origin there is no header, and a browser keeps other pages out.
 */
export async function addCors(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(fastifyCors, {
    origin: [...origins],
    credentials: false,
    methods: ["GET", "POST"],
    allowedHeaders: [
      ...["authorization", "content-type", "idempotency-key", "last-event-id", "trpc-accept"],
      DEADLINE_HEADER,
    ],
    exposedHeaders: ["retry-after"],
    maxAge: REMEMBER_SECONDS,
    strictPreflight: true,
  });
}
