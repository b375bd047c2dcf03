import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTenant } from "@holdfast/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller, dataOf, startTestServer, type TestServer } from "../testing/index.ts";

let server: TestServer;
let bare: TestServer;
let dist: string;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), "holdfast-console-"));
  await mkdir(join(dist, "assets"));
  await writeFile(join(dist, "index.html"), "<!doctype html><title>console</title>");
  await writeFile(join(dist, "assets", "main-abc123.js"), "export {};");
  await mkdir(join(dist, "guide"));
  await writeFile(join(dist, "guide", "index.html"), "<!doctype html><title>guide</title>");
  const nowhere = join(dist, "nowhere");
  bare = await startTestServer({ consoleDirectory: nowhere, guideDirectory: nowhere });
  await createTenant({ url: bare.databaseUrl, tenantId: 1, name: "demo" });
  server = await startTestServer({
    consoleDirectory: dist,
    guideDirectory: join(dist, "guide"),
    config: { demo: true },
    databaseUrl: bare.databaseUrl,
  });
});
afterAll(async () => {
  await server.close();
  await bare.close();
  await rm(dist, { recursive: true, force: true });
});

const page = (path: string, url = server.url) =>
  fetch(`${url}${path}`, { headers: { accept: "text/html,*/*" } });

describe("health", () => {
  test("/healthz and /readyz answer, uncached", async () => {
    for (const [path, status] of [
      ["/healthz", "ok"],
      ["/readyz", "ready"],
    ]) {
      const response = await fetch(`${server.url}${path}`);
      expect([response.status, await response.json()]).toEqual([200, { status }]);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("the console", () => {
  test("has its page at every address of its own, never cached, under a policy", async () => {
    for (const path of ["/", "/wallets", "/wallets/1?tab=history"]) {
      const response = await page(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("<title>console</title>");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
    }
  });

  test("has its assets, cached for ever", async () => {
    const response = await fetch(`${server.url}/assets/main-abc123.js`);
    expect([response.status, await response.text()]).toEqual([200, "export {};"]);
    expect(response.headers.get("cache-control")).toContain("immutable");
  });

  test.each(["/assets/gone.js", "/trpc/x/y", "/docs/nothing", "/demo/nothing", "/metrics/x"])(
    "a miss at %s is an error in JSON, not the page",
    async (path) => {
      const response = await page(path);
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { error: { data: { code: "NOT_FOUND" } } },
      ]);
    },
  );

  test("never leaves its directory", async () => {
    for (const path of [
      "/..%2f..%2fpackage.json",
      "/assets/..%2f..%2f..%2fetc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
    ]) {
      const response = await page(path);
      const text = await response.text();
      expect(text.includes("console") || response.status >= 400, path).toBe(true);
      expect(text).not.toMatch(/root:|"name"/);
    }
  });

  test("says how to build it while it isn't built", async () => {
    const response = await page("/", bare.url);
    expect(await response.text()).toContain("pnpm --filter @holdfast/web build");
  });
});

describe("an answer in JSON", () => {
  test.each(["/trpc/wallets.get", "/trpc/no.such", "/v1/wallets/1", "/v1/nothing"])(
    "at %s is no page, and has the headers of none",
    async (path) => {
      const { headers } = await page(path);
      expect(headers.get("content-type")).toMatch(/^application\/(problem\+)?json/);
      expect(headers.get("content-security-policy")).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("x-frame-options")).toBeNull();
    },
  );
});

describe("the guide", () => {
  test("is there, under the console's policy", async () => {
    const response = await page("/guide");
    expect([new URL(response.url).pathname, response.status]).toEqual(["/guide/", 200]);
    expect(await response.text()).toContain("<title>guide</title>");
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self';");
  });

  test.each(["/guide/nothing.html", "/guide/..%2f..%2fpackage.json"])("has nothing at %s", async (path) => {
    expect((await page(path)).status).toBe(404);
  });

  test("says how to build it while it isn't built", async () => {
    const response = await page("/guide/", bare.url);
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("pnpm site")]);
  });
});

describe("the demo", () => {
  test("tells who can be tried, and signs them in", async () => {
    const people = (await (await fetch(`${server.url}/demo/people`)).json()) as Record<string, string>[];
    expect(people.map(({ name, tenantId, role }) => [name, tenantId, role])).toEqual([
      ["ada", 1, "user"],
      ["bob", 1, "user"],
      ["studio", 1, "service"],
      ["organiser", 1, "user"],
      ["warden", 1, "admin"],
      ["eve", 2, "user"],
    ]);
    for (const { name, walletId } of people) {
      const response = await signIn(JSON.stringify({ as: name }));
      const { token, principal, expiresAt } = (await response.json()) as Record<string, string>;
      expect(principal).toMatchObject({ subject: name });
      expect(Date.parse(expiresAt ?? "")).toBeGreaterThan(Date.now());
      const mine = await createCaller(server.url, token).query("mine", {});
      expect(dataOf(mine)).toMatchObject([{ walletId, balance: "1000000", currency: "sat", version: "1" }]);
    }
  });

  const signIn = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/demo/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });

  test.each([
    '{"as":"mallory"}',
    '{"as":"__proto__"}',
    '{"__proto__":{"as":"ada"}}',
    "{",
    "[]",
    '{"as":"ada","role":"admin"}',
  ])("refuses to sign in with %s", async (body) => {
    const response = await signIn(body);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { data: { code: "BAD_REQUEST" } } },
    ]);
  });

  test("is not there for a name that is not this machine's, nor when it is off", async () => {
    // fetch doesn't let a page choose the Host header; DNS rebinding does.
    const answer = await raw("GET /demo/people HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect((await fetch(`${bare.url}/demo/people`)).status).toBe(404);
  });
});

describe("bare sockets", () => {
  test.each([
    ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 [\s\S]*"code":"BAD_REQUEST"/],
    [
      "a header beyond limits",
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 413 [\s\S]*"code":"PAYLOAD_TOO_LARGE"/,
    ],
    [
      "a host that is none",
      "GET /trpc/wallets.mine HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n",
      /^HTTP\/1\.1 4\d\d /,
    ],
    ["HTTP/1.0 without a host", "GET /demo/people HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 4\d\d /],
  ])("%s gets a row of the table", async (_name, request, answer) => {
    expect(await raw(request)).toMatch(answer);
  });
});

function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", reject).on("close", () => resolve(answer));
  });
}
