import type { JWK } from "jose";

/** A set of keys has a few kilobytes; whoever sends a megabyte is not believed. */
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;
/** Public keys alone: what is a secret, or has a private part, proves nothing once it is published. */
const PUBLIC_TYPES: readonly unknown[] = ["RSA", "EC", "OKP"];

/** The public keys of a JWKS, without whatever else it has. @throws Error for anything but a set of a sensible size. */
export async function fetchKeys(url: string, timeoutMs: number): Promise<JWK[]> {
  const response = await fetch(url, {
    headers: { accept: "application/json, application/jwk-set+json" },
    // The address is the operator's word on whom to trust; an answer can't change it.
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) throw new Error(`the JWKS answers ${response.status}`);
  const set: unknown = JSON.parse(await textOf(response));
  if (!isObject(set) || !Array.isArray(set["keys"])) throw new Error("the JWKS has no keys");
  if (set["keys"].length > MAX_KEYS) throw new Error(`the JWKS has more than ${MAX_KEYS} keys`);
  return set["keys"].filter((key) => isObject(key) && isPublic(key)) as JWK[];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPublic(key: Readonly<Record<string, unknown>>): boolean {
  return PUBLIC_TYPES.includes(key["kty"]) && !Object.hasOwn(key, "d");
}

/** Counted as it arrives, unpacked: neither a length that was announced nor a small archive is believed. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`the JWKS has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
