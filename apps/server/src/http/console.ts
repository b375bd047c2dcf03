import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { HoldfastError } from "@holdfast/db";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendError } from "./errors.ts";

/** Paths that belong to machines: a miss below them is an error in JSON, never the console's page. */
const NOT_PAGES = /^\/(trpc|v1|docs|guide|demo|assets|healthz|readyz|metrics)(\/|$)/;

const HINT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Holdfast</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}</style></head>
<body><h1>Holdfast is running</h1>
<p>The API is at <code>/trpc</code>. The console has not been built yet: run
<code>npx --yes pnpm --filter @holdfast/web build</code>, then restart this server.</p></body></html>`;

/** The console at `/`: its files, its page for every address that it routes itself, or a hint while it isn't built. */
export async function addConsole(app: FastifyInstance, directory: string): Promise<void> {
  const built = existsSync(join(directory, "index.html"));
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      index: false,
      wildcard: true,
      dotfiles: "ignore",
      cacheControl: false,
      // Names in assets/ carry a hash of their content; everything else may change with the next build.
      setHeaders: (reply, path) => {
        const forever = path.startsWith(join(directory, "assets"));
        reply.header("cache-control", forever ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
    app.get("/", (_request, reply) => sendPage(reply));
  }
  app.setNotFoundHandler((request, reply) => {
    if (!isPage(request)) return sendError(reply, new HoldfastError("NOT_FOUND", { what: "route" }));
    return built ? sendPage(reply) : reply.header("cache-control", "no-store").type("text/html").send(HINT);
  });
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply.sendFile("index.html");
}

function isPage(request: FastifyRequest): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const path = request.url.split("?", 1)[0] ?? "/";
  if (NOT_PAGES.test(path)) return false;
  return path === "/" || (request.headers.accept ?? "").includes("text/html");
}
