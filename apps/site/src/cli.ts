import { fileURLToPath } from "node:url";
import { defineCommand, runMain } from "citty";
import { BrokenLinks, buildSite } from "./build.ts";
import { serveSite } from "./serve.ts";

const DIRECTORY = fileURLToPath(new URL("../dist/site/", import.meta.url));

const main = defineCommand({
  meta: {
    name: "site",
    description:
      "Builds the guide from the Markdown of this repository. Exit code 1 when a link leads nowhere.",
  },
  args: {
    serve: { type: "boolean", default: false, description: "Also show it on this machine" },
    port: { type: "string", default: "4100", description: "Where to show it" },
  },
  async run({ args }) {
    try {
      const { pages } = await buildSite(DIRECTORY);
      console.log(`${pages} pages in ${DIRECTORY}`);
      if (args.serve) console.log(`The guide is at ${await serveSite(DIRECTORY, Number(args.port))}`);
    } catch (error) {
      console.error(`site: ${explain(error, args.port)}`);
      process.exitCode = 1;
    }
  },
});

function explain(error: unknown, port: string): string {
  if (error instanceof BrokenLinks) return error.message;
  const { code } = error as { code?: unknown };
  if (code === "EADDRINUSE") return `port ${port} is taken; --port names another`;
  if (code === "ERR_SOCKET_BAD_PORT") return "--port must be a whole number from 0 to 65535";
  throw error;
}

await runMain(main);
