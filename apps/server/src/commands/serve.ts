import { command } from "../cli/command.ts";
import { serveUntilTold } from "../cli/serve-until-told.ts";
import { createServer } from "../server.ts";

export const serve = command({
  name: "serve",
  description: "Serve the API and the console: the service without the development tools",
  run: () => serveUntilTold((config, log) => createServer(config, { log })),
});
