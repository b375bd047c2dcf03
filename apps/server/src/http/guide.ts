import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const HINT = `The guide has not been built yet: run "npx --yes pnpm site", then restart this server. Its pages are the Markdown files in docs/.\n`;

/** The guide below `/guide/`, which anybody may read; a hint while it isn't built. */
export function guideRoutes(directory: string) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get("/guide", (_request, reply) => reply.redirect("/guide/"));
    if (!existsSync(join(directory, "index.html"))) {
      app.get("/guide/", (_request, reply) => reply.code(404).type("text/plain; charset=utf-8").send(HINT));
      return;
    }
    await app.register(fastifyStatic, {
      root: directory,
      prefix: "/guide/",
      dotfiles: "ignore",
      cacheControl: false,
      setHeaders: (reply) => reply.header("cache-control", "no-cache"),
    });
  };
}
