import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const USUAL_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Headless, in a container, and silent towards the network. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const HOW_TO_INSTALL =
  "Install Chromium (Debian: apt-get install chromium) or name one in CHROMIUM_PATH, then run the tests again.";

/** The Chromium of this machine: CHROMIUM_PATH, or where distributions put it. */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  if (named === undefined) return USUAL_PLACES.find((path) => existsSync(path));
  if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names no file. ${HOW_TO_INSTALL}`);
  return named;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGS });
}
