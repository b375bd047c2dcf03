import { once } from "node:events";
import { startIn } from "../start.ts";
import type { LauncherRequest } from "./launcher.ts";

// The program behind Launcher: starts a server, prints it, and stops it when told to.
const request = JSON.parse(process.argv[2] ?? "") as LauncherRequest;
if (request.become) {
  process.setgroups?.([]);
  process.setgid?.(request.become.gid);
  process.setuid?.(request.become.uid);
}
const server = await startIn(request.places, request.options);
console.log(JSON.stringify(server));
await once(process.stdin, "data");
await server.stop();
process.exit(0);
