import { createHmac, createSign, generateKeyPairSync, sign } from "node:crypto";

type Claims = Readonly<Record<string, unknown>>;

const part = (value: object | string) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const unsigned = (header: object, claims: Claims) => `${part(header)}.${part(claims)}`;
const hmac = (text: string, secret: string, hash = "sha256") =>
  `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const es256 = (header: object, claims: Claims) => {
  const text = unsigned({ alg: "ES256", ...header }, claims);
  const key = { key: ec.privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${text}.${createSign("sha256").update(text).sign(key).toString("base64url")}`;
};
const rs256 = (header: object, claims: Claims) => {
  const text = unsigned({ alg: "RS256", ...header }, claims);
  return `${text}.${createSign("sha256").update(text).sign(rsa.privateKey).toString("base64url")}`;
};
const HS256 = { alg: "HS256", typ: "JWT" };
const GUESS = "a secret that somebody has guessed wrongly, 32 characters";

/**
 * Tokens that say these claims and that nobody signed who may; `valid` is a token of the same issuer that says others, and
 * `secret` what it was signed with.
 */
export function forgeries(claims: Claims, valid: string, secret: string): Record<string, string> {
  const [header = "", payload = "", signature = ""] = valid.split(".");
  const attackersKey = ec.publicKey.export({ format: "jwk" });
  return {
    "no signature": `${unsigned({ alg: "none" }, claims)}.`,
    "no signature, oddly written": `${unsigned({ alg: "nOnE" }, claims)}.`,
    "no algorithm with another's signature": `${unsigned({ alg: "none" }, claims)}.${signature}`,
    "another's signature": `${header}.${part(claims as object)}.${signature}`,
    "another secret": hmac(unsigned(HS256, claims), GUESS),
    "an empty secret": hmac(unsigned(HS256, claims), ""),
    "HS512 with the secret": hmac(unsigned({ alg: "HS512" }, claims), secret, "sha512"),
    "HS256 by name, HS512 by deed": hmac(unsigned(HS256, claims), secret, "sha512"),
    "an algorithm that is a list": hmac(unsigned({ alg: ["HS256"] }, claims), secret),
    "an algorithm of the prototype": hmac(unsigned({ alg: "constructor" }, claims), secret),
    "ES256 with a key of its own": es256({}, claims),
    "a key that it brings along": es256({ jwk: attackersKey }, claims),
    "a key set that it names": es256({ jku: "http://127.0.0.1:1/jwks.json", kid: "1" }, claims),
    "a certificate that it names": rs256({ x5u: "http://127.0.0.1:1/cert.pem" }, claims),
    "a certificate that it brings along": rs256({ x5c: ["MIIB"] }, claims),
    "Ed25519 with a key of its own": `${unsigned({ alg: "EdDSA" }, claims)}.${sign(null, Buffer.from(unsigned({ alg: "EdDSA" }, claims)), ed.privateKey).toString("base64url")}`,
    "a kid that is a path": hmac(unsigned({ ...HS256, kid: "../../../../dev/null" }, claims), ""),
    "a kid that is SQL": hmac(unsigned({ ...HS256, kid: "x' union select 'secret' --" }, claims), "secret"),
    "an extension that must be understood": hmac(
      unsigned({ ...HS256, crit: ["b64"], b64: false }, claims),
      secret,
    ),
    "an unknown extension": hmac(unsigned({ ...HS256, crit: ["urn:x"], "urn:x": 1 }, claims), secret),
    "half a signature": `${header}.${payload}.${signature.slice(0, 20)}`,
    "the signature of the payload alone": `${unsigned(HS256, claims)}.${createHmac("sha256", secret)
      .update(part(claims as object))
      .digest("base64url")}`,
    "claims said twice": hmac(
      `${part(HS256)}.${part(`{"sub":"x",${JSON.stringify(claims).slice(1)}`)}`,
      GUESS,
    ),
    "four parts": `${valid}.${signature}`,
    "five parts": `${part({ alg: "dir", enc: "A256GCM" })}..${part("iv")}.${part(claims as object)}.${part("tag")}`,
    "JSON instead of compact": JSON.stringify({
      payload: part(claims as object),
      protected: header,
      signature,
    }).replaceAll(" ", ""),
    "no end": hmac(unsigned(HS256, { ...claims, exp: undefined }), secret),
    "an end in words": hmac(unsigned(HS256, { ...claims, exp: "4000000000" }), secret),
    "not yet": hmac(unsigned(HS256, { ...claims, nbf: 4_000_000_000 }), secret),
    "a role that there is not": hmac(unsigned(HS256, { ...claims, role: "owner" }), secret),
    "a list of roles": hmac(unsigned(HS256, { ...claims, role: ["admin"] }), secret),
    "a tenant in words": hmac(unsigned(HS256, { ...claims, tenant: "2" }), secret),
    "two tenants": hmac(unsigned(HS256, { ...claims, tenant: [1, 2] }), secret),
    "no subject": hmac(unsigned(HS256, { ...claims, sub: undefined }), secret),
    "NUL in the subject": hmac(unsigned(HS256, { ...claims, sub: "ada\0" }), secret),
  };
}
