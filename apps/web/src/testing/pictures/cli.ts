/** Takes the pictures of README.md from a running console: starts one on a database of its own, fills it, looks at it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnHoldfast } from "@holdfast/server/testing";
import type { Browser, Page } from "playwright-core";
import { findChromium, HOW_TO_INSTALL, launchChromium } from "../chromium.ts";
import { type Scene, scenes } from "./scenes.ts";
import { seed } from "./seed.ts";

const PICTURES = fileURLToPath(new URL("../../../../../docs/pictures/", import.meta.url));
const VIEWPORT = { width: 1280, height: 800 };
const THEMES = ["light", "dark"] as const;
/** What a README may weigh a picture; quality gives way until it does. */
const MAX_BYTES = 150_000;
const QUALITIES = [85, 70, 55, 40];

const chromium = findChromium();
if (chromium === undefined) throw new Error(`There is no browser to take pictures with. ${HOW_TO_INSTALL}`);

const stateDir = await mkdtemp(join(tmpdir(), "holdfast-pictures-"));
const holdfast = spawnHoldfast(["start"], { HOLDFAST_STATE_DIR: stateDir, PORT: "0" });
let browser: Browser | undefined;
try {
  const url = await holdfast.ready;
  await seed(url);
  browser = await launchChromium(chromium);
  await mkdir(PICTURES, { recursive: true });
  for (const scene of scenes) for (const theme of THEMES) await take(browser, url, scene, theme);
} finally {
  await browser?.close();
  holdfast.child.kill("SIGINT");
  await holdfast.ended;
  await rm(stateDir, { recursive: true, force: true });
}

async function take(from: Browser, baseURL: string, scene: Scene, colorScheme: "light" | "dark") {
  const context = await from.newContext({
    baseURL,
    colorScheme,
    viewport: VIEWPORT,
    deviceScaleFactor: 1.5,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  try {
    const page = await context.newPage();
    const name = `${scene.name}-${colorScheme}.webp`;
    if (!(await scene.prepare(page))) {
      console.log(`${name}: not taken, this console has no such room`);
      return;
    }
    const picture = await pictureOf(page);
    await writeFile(join(PICTURES, name), picture);
    console.log(`${name}: ${Math.ceil(picture.length / 1000)} kB`);
  } finally {
    await context.close();
  }
}

/** Playwright itself knows no WebP; Chromium does. */
async function pictureOf(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  for (const quality of QUALITIES) {
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality });
    const picture = Buffer.from(data, "base64");
    if (picture.length <= MAX_BYTES) return picture;
  }
  throw new Error(`A picture has more than ${MAX_BYTES} bytes at every quality.`);
}
