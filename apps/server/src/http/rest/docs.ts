import { openApi } from "@holdfast/api";
import type { FastifyInstance } from "fastify";

/** `/v1/openapi.json`: anybody may read what can be called. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
  let document: string | undefined;
  app.get("/openapi.json", async (_request, reply) => {
    document ??= JSON.stringify(openApi());
    return reply.header("cache-control", "no-cache").type("application/json").send(document);
  });
}
