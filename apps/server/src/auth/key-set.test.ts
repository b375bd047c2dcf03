import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, type JWK } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTokenVerifier } from "./tokens.ts";

/** An issuer whose answers, and the verifier's clock, are the test's. */

const ada = { tenantId: 1, subject: "ada", role: "user" };
const OVERLOADED = { code: "OVERLOADED" };

let issuer: Server;
let url: string;
let asked: number;
let nowMs: number;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  [asked, nowMs] = [0, 1_000_000];
  issuer = createServer((_request, response) => {
    asked++;
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(issuer, "listening");
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`;
});
afterEach(() => {
  issuer.closeAllConnections();
  issuer.close();
});

interface Signer {
  readonly kid: string;
  readonly jwk: JWK;
  readonly publicKey: KeyObject;
  /** A new token each time, so that none is remembered. */
  token(header?: object): Promise<string>;
}

let tokens = 0;

async function signer(kid: string, modulusLength?: number): Promise<Signer> {
  const { privateKey, publicKey } =
    modulusLength === undefined
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength });
  const alg = modulusLength === undefined ? "ES256" : "RS256";
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  // By hand: jose would not sign with a key that is too short.
  const token = async (header = {}) => {
    const claims = { sub: "ada", tenant: 1, role: "user", exp: 4_000_000_000, n: tokens++ };
    const text = [{ alg, kid, ...header }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${text}.${signature.toString("base64url")}`;
  };
  return { kid, jwk, publicKey, token };
}

const offer = (...keys: unknown[]) => {
  answer = (response) => void response.end(JSON.stringify({ keys }));
};
const fail = () => {
  answer = (response) => void response.writeHead(503).end();
};
const verifier = (timeoutMs = 10_000) =>
  createTokenVerifier({ jwksUrl: url }, { timeoutMs, now: () => nowMs });

describe("rotation", () => {
  test("a new key works at once, and one that is gone ends within a minute, also for tokens that are remembered", async () => {
    const [old, next] = [await signer("old"), await signer("new")];
    const verify = verifier();
    offer(old.jwk);
    const remembered = await old.token();
    expect(await verify(remembered)).toEqual(ada);
    offer(old.jwk, next.jwk);
    nowMs += 5_000;
    expect(await verify(await next.token())).toEqual(ada);
    offer(next.jwk);
    nowMs += 24_000;
    expect(await verify(remembered)).toEqual(ada);
    // The set is looked at again 30 seconds after the last time; whom it let in is remembered for 30 seconds more.
    nowMs += 6_000;
    expect(await verify(await old.token())).toBeUndefined();
    nowMs += 30_000;
    expect(await verify(remembered)).toBeUndefined();
    expect(await verify(await next.token())).toEqual(ada);
  });

  test("unknown keys make the server ask once in five seconds, however many tokens name them", async () => {
    const [known, unknown] = [await signer("known"), await signer("unknown")];
    const verify = verifier();
    offer(known.jwk);
    expect(await verify(await known.token())).toEqual(ada);
    for (let second = 1; second <= 20; second++) {
      nowMs += 1_000;
      const flood = Array.from({ length: 50 }, async (_, at) =>
        verify(await unknown.token({ kid: `${second}/${at}` })),
      );
      expect(new Set(await Promise.all(flood))).toEqual(new Set([undefined]));
    }
    expect(asked).toBe(1 + 4);
  });
});

describe("an issuer that is not well", () => {
  test("down from the start: nobody can tell, and it is asked once a second", async () => {
    const one = await signer("one");
    const verify = verifier();
    fail();
    for (let at = 0; at < 20; at++) {
      await expect(verify(await one.token())).rejects.toMatchObject(OVERLOADED);
      nowMs += 100;
    }
    expect(asked).toBe(2);
    offer(one.jwk);
    nowMs += 1_000;
    expect(await verify(await one.token())).toEqual(ada);
  });

  test("down later: what is known of its keys serves for ten minutes, and what is not known can't be told", async () => {
    const [known, unknown] = [await signer("known"), await signer("unknown")];
    const verify = verifier();
    offer(known.jwk);
    expect(await verify(await known.token())).toEqual(ada);
    fail();
    nowMs += 599_000;
    expect(await verify(await known.token())).toEqual(ada);
    await expect(verify(await unknown.token())).rejects.toMatchObject(OVERLOADED);
    nowMs += 1_000;
    await expect(verify(await known.token())).rejects.toMatchObject(OVERLOADED);
  });

  test("slow: after the first who found it so, nobody waits for it", async () => {
    const one = await signer("one");
    const verify = verifier(50);
    offer(one.jwk);
    expect(await verify(await one.token())).toEqual(ada);
    const held: ServerResponse[] = [];
    answer = (response) => void held.push(response);
    nowMs += 30_000;
    expect(await verify(await one.token())).toEqual(ada);
    expect(held).toHaveLength(1);
    nowMs += 1_000;
    // It never answers again, and yet these do.
    for (let at = 0; at < 20; at++) expect(await verify(await one.token())).toEqual(ada);
  });

  test("callers that come at once share one request", async () => {
    const one = await signer("one");
    const verify = verifier();
    offer(one.jwk);
    const all = await Promise.all(Array.from({ length: 50 }, async () => verify(await one.token())));
    expect(all).toEqual(Array(50).fill(ada));
    expect(asked).toBe(1);
  });

  test.each<[string, (response: ServerResponse, keys: object) => void]>([
    [
      "a megabyte",
      (response, keys) => response.end(JSON.stringify({ ...keys, more: "x".repeat(1_000_000) })),
    ],
    [
      "a stream without an end",
      (response) => {
        const more = () => response.write("[".repeat(65_536)) && setImmediate(more);
        response.on("drain", more);
        more();
      },
    ],
    [
      "a thousand keys",
      (response) => response.end(JSON.stringify({ keys: Array(1_000).fill({ kty: "EC" }) })),
    ],
    ["no JSON", (response) => response.end("<html>")],
    ["no keys", (response) => response.end("{}")],
    ["keys that are none", (response) => response.end('{"keys":{"length":1}}')],
    ["elsewhere", (response) => response.writeHead(302, { location: "/other.json" }).end()],
  ])("answers %s: nobody can tell, and nothing falls over", async (_name, badly) => {
    const one = await signer("one");
    answer = (response) => badly(response, { keys: [one.jwk] });
    await expect(verifier()(await one.token())).rejects.toMatchObject(OVERLOADED);
    expect(asked).toBe(1);
  });
});

describe("what a set offers and a token asks for", () => {
  test("a bad key in the set hurts nobody but who signs with it", async () => {
    const [good, weak, mixed] = [await signer("good"), await signer("weak", 1024), await signer("mixed")];
    const hmac = { kty: "oct", kid: "hmac", alg: "HS256", k: Buffer.alloc(32, 1).toString("base64url") };
    offer(hmac, weak.jwk, null, "key", 7, [], { kty: 1 }, { kty: "EC", kid: "empty" }, good.jwk, {
      ...mixed.jwk,
      alg: "RS256",
    });
    const verify = verifier();
    expect(await verify(await good.token())).toEqual(ada);
    expect(await verify(await weak.token())).toBeUndefined();
    // A key is for the algorithm that the set says.
    expect(await verify(await mixed.token())).toBeUndefined();
    expect(await verify(await good.token({ kid: "empty" }))).toBeUndefined();
    const claims = { sub: "ada", tenant: 1, role: "user", exp: 4_000_000_000 };
    const text = [{ alg: "HS256", kid: "hmac" }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    for (const secret of [
      Buffer.alloc(32, 1),
      Buffer.from(good.publicKey.export({ type: "spki", format: "pem" })),
      Buffer.from(JSON.stringify(good.jwk)),
    ]) {
      const signature = createHmac("sha256", secret).update(text).digest("base64url");
      expect(await verify(`${text}.${signature}`)).toBeUndefined();
    }
  });

  test("a key that the token brings along or names is neither used nor fetched", async () => {
    const [good, attacker] = [await signer("good"), await signer("good")];
    offer(good.jwk);
    const verify = verifier();
    expect(await verify(await good.token())).toEqual(ada);
    const before = asked;
    for (const header of [
      { jwk: attacker.jwk },
      { jku: url, kid: "attacker" },
      { jku: "http://127.0.0.1:1/", x5u: "http://127.0.0.1:1/" },
      { x5c: ["MIIB"], x5t: "AAAA" },
      { kid: "../../../../dev/null" },
      { kid: "' or 1=1 --" },
      { kid: "__proto__" },
      { kid: "x".repeat(5_000) },
    ]) {
      expect(await verify(await attacker.token(header))).toBeUndefined();
      // What nobody asked for is ignored where the signature is good.
      const { kid: _, ...more } = header as { kid?: string };
      expect(await verify(await good.token(more))).toEqual(ada);
    }
    expect(asked).toBe(before);
  });

  test("an extension that must be understood is not", async () => {
    const good = await signer("good");
    offer(good.jwk);
    const token = await good.token({ crit: ["urn:example"], "urn:example": true });
    expect(await verifier()(token)).toBeUndefined();
  });
});
