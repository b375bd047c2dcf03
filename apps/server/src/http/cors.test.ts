import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../testing/index.ts";

const SHOP = "https://shop.example";
let closed: TestServer;
let open: TestServer;
beforeAll(async () => {
  closed = await startTestServer();
  open = await startTestServer({ config: { corsOrigins: [SHOP] }, databaseUrl: closed.databaseUrl });
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

/** What a browser asks before it lets a page of this origin call. */
const mayCall = (url: string, origin: string) =>
  fetch(`${url}/trpc/wallets.mine`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });

const crossHeaders = (response: Response) =>
  [...response.headers].filter(([name]) => name.startsWith("access-control-"));

test("without a setting no page but the console's own may call", async () => {
  for (const response of [
    await mayCall(closed.url, SHOP),
    await fetch(`${closed.url}/healthz`, { headers: { origin: SHOP } }),
  ])
    expect(crossHeaders(response)).toEqual([]);
});

describe("with an origin", () => {
  test("its pages may, with a token and without cookies", async () => {
    const response = await mayCall(open.url, SHOP);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(SHOP);
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test.each([
    "https://shop.example.evil.example",
    "https://evil-shop.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://SHOP.example",
    "null",
  ])("those of %s may not", async (origin) => {
    expect((await mayCall(open.url, origin)).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("they can read refusals, too", async () => {
    const response = await fetch(`${open.url}/trpc/wallets.mine`, { headers: { origin: SHOP } });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([401, SHOP]);
  });
});
