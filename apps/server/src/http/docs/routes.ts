import { readFile } from "node:fs/promises";
import { openApi, REST_PREFIX } from "@holdfast/api";
import type { FastifyInstance, FastifyReply } from "fastify";
import { docsPage } from "./page.ts";

const asset = (name: string) => readFile(new URL(name, import.meta.url), "utf8");

/** `/docs` and the document that it is made of: anybody may read what can be called. Made when they are first asked for. */
export async function docsRoutes(app: FastifyInstance): Promise<void> {
  const made = new Map<string, Promise<string>>();
  const serve = (url: string, type: string, make: () => Promise<string>) => {
    app.get(url, async (_request, reply): Promise<FastifyReply> => {
      const text = made.get(url) ?? make();
      made.set(url, text);
      return reply
        .header("cache-control", "no-cache")
        .type(type)
        .send(await text);
    });
  };
  serve(`${REST_PREFIX}/openapi.json`, "application/json; charset=utf-8", async () =>
    JSON.stringify(openApi()),
  );
  serve("/docs", "text/html; charset=utf-8", async () => docsPage(openApi()));
  serve("/docs/page.css", "text/css; charset=utf-8", () => asset("./page.css"));
  serve("/docs/page.js", "text/javascript; charset=utf-8", () => asset("./page.js"));
}
