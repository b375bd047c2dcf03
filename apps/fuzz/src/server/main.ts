// The server of a run: `holdfast serve`, in one file that a planted bug can be put into.

import { createServer } from "@holdfast/server";
import { serveUntilTold } from "@holdfast/server/serve-until-told";

serveUntilTold((config, log) => createServer(config, { log })).catch((error: unknown) => {
  process.stderr.write(`fuzz server: ${error}\n`);
  process.exit(1);
});
