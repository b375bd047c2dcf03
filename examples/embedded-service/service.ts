import { HoldfastError, type Principal } from "@holdfast/db";
import { drizzle } from "drizzle-orm/node-postgres";
import Fastify, { type FastifyInstance } from "fastify";
import pg from "pg";
import { OrderRefused, placeOrder } from "./place-order.ts";
import { createTables } from "./tables.ts";

/** The shop: `PUT /orders/<an id of yours>` with `{ item, walletId }`. */
export async function createService(url: string): Promise<FastifyInstance> {
  const pool = new pg.Pool({ connectionString: url });
  // A connection that dies while nobody uses it is no reason to end the process: the pool opens another.
  pool.on("error", (error) => console.error(error.message));
  const db = drizzle({ client: pool });
  await createTables(db);

  const app = Fastify();
  app.addHook("onClose", () => pool.end());

  app.put<Request>("/orders/:id", { schema: REQUEST }, async ({ params, body, headers }, reply) => {
    // How people sign in is your service's business. Users spend from wallets that they own, and from no other.
    const customer: Principal = { tenantId: 1, subject: headers["x-customer"], role: "user" };
    const { price, isRepeat, ...order } = await placeOrder(db, customer, { ...params, ...body });
    return reply.code(isRepeat ? 200 : 201).send({ ...order, price: `${price}` });
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof HoldfastError) {
      const { code, message, details, status, retry } = error;
      return reply.code(status).send({ code, message, details, retry });
    }
    if (error instanceof OrderRefused)
      return reply.code(409).send({ code: error.code, message: error.message });
    if (error.statusCode === 400)
      return reply.code(400).send({ code: "BAD_REQUEST", message: error.message });
    // A fault of the database, perhaps in the very moment of COMMIT.
    console.error(error);
    const message =
      "It is not known whether the order was placed. Send it again as it is: it is placed once.";
    return reply.code(500).send({ code: "OUTCOME_UNKNOWN", message });
  });
  return app;
}

interface Request {
  Params: { id: string };
  Headers: { "x-customer": string };
  Body: { item: string; walletId: string };
}

const text = { type: "string", minLength: 1, maxLength: 100 };
const REQUEST = {
  params: { type: "object", properties: { id: text } },
  headers: { type: "object", required: ["x-customer"], properties: { "x-customer": text } },
  body: { type: "object", required: ["item", "walletId"], properties: { item: text, walletId: text } },
};
