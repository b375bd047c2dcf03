import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { Principal } from "@holdfast/db";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCaller, readReply, startTestServer, TEST_SECRET, type TestServer } from "../testing/index.ts";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const key = Buffer.from(TEST_SECRET);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** What `wallets.mine` answers to this Authorization header: a status, and the code of a refusal. */
async function statusFor(authorization: string | undefined, url = server.url): Promise<[number, string]> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const response = await createCaller(url, undefined).send("wallets.mine", { headers });
  const reply = await readReply(response);
  return [response.status, reply.ok ? "ok" : reply.error.data.code];
}

function token(claims: Record<string, unknown> = {}, alg = "HS256"): SignJWT {
  return new SignJWT({ tenant: 1, role: "user", sub: "ada", ...claims })
    .setProtectedHeader({ alg })
    .setExpirationTime("1h");
}

const unsigned = (header: object, payload: object) =>
  `${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

describe("tokens signed with the secret", () => {
  test("a valid one is let in, whatever the case of the scheme", async () => {
    const valid = await token().sign(key);
    expect(await statusFor(`Bearer ${valid}`)).toEqual([200, "ok"]);
    expect(await statusFor(`bearer  ${valid}`)).toEqual([200, "ok"]);
  });

  test("one that is remembered still ends when it expires", async () => {
    const now = Math.floor(Date.now() / 1000);
    // Within the tolerance for clocks: valid for two more seconds at the longest.
    const almost = await token()
      .setExpirationTime(now - 3)
      .sign(key);
    expect(await statusFor(`Bearer ${almost}`)).toEqual([200, "ok"]);
    await expect
      .poll(() => statusFor(`Bearer ${almost}`), { timeout: 10_000 })
      .toEqual([401, "UNAUTHENTICATED"]);
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  test.each<[string, () => string | undefined | Promise<string>]>([
    ["nothing", () => undefined],
    ["an empty header", () => ""],
    ["no scheme", () => token().sign(key)],
    ["another scheme", () => "Basic YWRhOmFkYQ=="],
    ["no token", () => "Bearer "],
    ["rubbish", () => "Bearer rubbish"],
    ["dots", () => "Bearer ..."],
    ["odd characters", () => "Bearer \u00ff\u00fe{}[]"],
    ["two tokens", async () => `Bearer ${await token().sign(key)} ${await token().sign(key)}`],
    ["a very long token", () => `Bearer ${"a".repeat(10_000)}`],
    ["another secret", async () => `Bearer ${await token().sign(Buffer.alloc(32, 1))}`],
    ["an expired token", async () => `Bearer ${await token().setExpirationTime(past).sign(key)}`],
    ["one for later", async () => `Bearer ${await token().setNotBefore("1h").sign(key)}`],
    [
      "one without an end",
      async () =>
        `Bearer ${await new SignJWT({ tenant: 1, role: "user", sub: "ada" }).setProtectedHeader({ alg: "HS256" }).sign(key)}`,
    ],
    [
      "alg none",
      () => `Bearer ${unsigned({ alg: "none" }, { sub: "ada", tenant: 1, role: "admin", exp: 4e9 })}`,
    ],
    ["HS512", async () => `Bearer ${await token({}, "HS512").sign(Buffer.concat([key, key]))}`],
    [
      "ES256",
      async () =>
        `Bearer ${await token({}, "ES256").sign(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)}`,
    ],
    [
      "a changed payload",
      async () =>
        `Bearer ${(await token().sign(key)).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"root","tenant":1,"role":"admin","exp":4000000000}').toString("base64url")}.`)}`,
    ],
    ["no subject", async () => `Bearer ${await token({ sub: undefined }).sign(key)}`],
    ["an empty subject", async () => `Bearer ${await token({ sub: "" }).sign(key)}`],
    ["NUL in the subject", async () => `Bearer ${await token({ sub: "a\0b" }).sign(key)}`],
    ["a tenant in words", async () => `Bearer ${await token({ tenant: "1" }).sign(key)}`],
    ["tenant 0", async () => `Bearer ${await token({ tenant: 0 }).sign(key)}`],
    ["a tenant beyond integer", async () => `Bearer ${await token({ tenant: 2 ** 31 }).sign(key)}`],
    ["an unknown role", async () => `Bearer ${await token({ role: "root" }).sign(key)}`],
    ["a role of the prototype", async () => `Bearer ${await token({ role: "constructor" }).sign(key)}`],
  ])("%s is 401", async (_name, header) => {
    expect(await statusFor(await header())).toEqual([401, "UNAUTHENTICATED"]);
  });

  test("a 401 says which scheme is wanted, and the call had no effect", async () => {
    const response = await createCaller(server.url, "rubbish").send("wallets.open", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ idempotencyKey: "nobody", currency: "sat" }),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    const reply = await (await server.as(ada)).mutate("open", { idempotencyKey: "nobody", currency: "sat" });
    expect(reply).toMatchObject({ ok: true, data: { replayed: false } });
  });
});

describe("issuer and audience", () => {
  test("are required when configured", async () => {
    const auth = { secret: TEST_SECRET, issuer: "https://id.example", audience: "holdfast" };
    const strict = await startTestServer({ config: { auth }, databaseUrl: server.databaseUrl });
    try {
      const named = token().setIssuer(auth.issuer).setAudience(auth.audience);
      expect(await statusFor(`Bearer ${await named.sign(key)}`, strict.url)).toEqual([200, "ok"]);
      for (const other of [
        token(),
        token().setIssuer(auth.issuer),
        token().setIssuer("x").setAudience("holdfast"),
      ]) {
        expect((await statusFor(`Bearer ${await other.sign(key)}`, strict.url))[0]).toBe(401);
      }
    } finally {
      await strict.close();
    }
  });
});

describe("a JWKS", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let issuer: Server;
  let down = false;
  let withKeys: TestServer;

  beforeAll(async () => {
    const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" };
    issuer = createServer((_request, response) => {
      response.statusCode = down ? 503 : 200;
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
    const address = issuer.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const auth = { jwksUrl: `http://127.0.0.1:${port}/jwks.json` };
    withKeys = await startTestServer({ config: { auth }, databaseUrl: server.databaseUrl });
  });
  afterAll(async () => {
    await withKeys.close();
    issuer.closeAllConnections();
    issuer.close();
  });

  const signed = (claims = {}) =>
    new SignJWT({ tenant: 1, role: "user", sub: "ada", ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setExpirationTime("1h");

  test("keys that can't be had are not the caller's fault", async () => {
    down = true;
    expect(await statusFor(`Bearer ${await signed().sign(privateKey)}`, withKeys.url)).toEqual([
      503,
      "OVERLOADED",
    ]);
    down = false;
    // The issuer is left alone for a second.
    await expect
      .poll(async () => statusFor(`Bearer ${await signed().sign(privateKey)}`, withKeys.url), {
        timeout: 10_000,
      })
      .toEqual([200, "ok"]);
  });

  test("lets in what its key signed, and nothing else", async () => {
    expect(await statusFor(`Bearer ${await signed().sign(privateKey)}`, withKeys.url)).toEqual([200, "ok"]);
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    expect(await statusFor(`Bearer ${await signed().sign(other)}`, withKeys.url)).toEqual([
      401,
      "UNAUTHENTICATED",
    ]);
    // The classic confusion: the public key, known to all, used as an HMAC secret.
    const pem = Buffer.from(publicKey.export({ type: "spki", format: "pem" }));
    expect(await statusFor(`Bearer ${await token().sign(pem)}`, withKeys.url)).toEqual([
      401,
      "UNAUTHENTICATED",
    ]);
    expect(await statusFor("Bearer rubbish", withKeys.url)).toEqual([401, "UNAUTHENTICATED"]);
  });
});

describe("API keys", () => {
  test("a stored key is its principal, any other is 401", async () => {
    const create = {
      kind: "keys.create",
      idempotencyKey: "key of jobs",
      subject: "jobs",
      role: "service",
    } as const;
    const created = await server.db.execute({ tenantId: 1, subject: "root", role: "admin" }, create);
    const apiKey = created.apiKey ?? "";
    expect(apiKey).toMatch(/^hf_1_/);
    expect(await statusFor(`Bearer ${apiKey}`)).toEqual([200, "ok"]);
    const opened = await createCaller(server.url, apiKey).mutate("open", {
      idempotencyKey: "jobs",
      currency: "sat",
    });
    expect(opened).toMatchObject({ ok: true, data: { ownerId: "jobs" } });

    const changed = apiKey.slice(0, -1) + (apiKey.endsWith("A") ? "B" : "A");
    const otherTenant = apiKey.replace("hf_1_", "hf_2_");
    for (const wrong of [
      changed,
      otherTenant,
      "hf_",
      "hf_1",
      "hf_1_x_y",
      "hf_99999999999_a_b",
      `hf_1_${"'".repeat(40)}`,
    ]) {
      expect(await statusFor(`Bearer ${wrong}`), wrong).toEqual([401, "UNAUTHENTICATED"]);
    }
  });
});
