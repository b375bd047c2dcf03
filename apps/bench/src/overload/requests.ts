import type { OpenOrder } from "./orders.ts";

/** As long as the number that is written into it, so that a request keeps its length. */
const DIGITS = 16;
const PREFIX = "overload-";
const PLACE = "#".repeat(DIGITS);

/** One request of so many calls, written once; every call gets a new key by some bytes that are changed. */
export function writeRequest(
  { port, token, wallets, callsPerRequest, deadlineMs }: OpenOrder,
  direction: 0 | 1,
): Buffer {
  const call = {
    idempotencyKey: PREFIX + PLACE,
    fromWalletId: wallets[direction],
    toWalletId: wallets[1 - direction],
    amount: "1",
  };
  const calls = Array.from({ length: callsPerRequest }, () => call);
  const isBatch = callsPerRequest > 1;
  const body = JSON.stringify(isBatch ? { ...calls } : call);
  const path = calls.map(() => "wallets.transfer").join(",");
  const head = [
    `POST /trpc/${path}${isBatch ? "?batch=1" : ""} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${token}`,
    `holdfast-deadline-ms: ${deadlineMs}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

/** Where the numbers of a request's keys stand. */
export function placesOfKeys(request: Buffer): number[] {
  const places: number[] = [];
  for (let at = request.indexOf(PLACE); at >= 0; at = request.indexOf(PLACE, at + DIGITS)) places.push(at);
  return places;
}

let lastKey = 0;

export function renewKeys(request: Buffer, places: readonly number[]): void {
  for (const at of places) request.write(String(++lastKey).padStart(DIGITS, "0"), at, DIGITS, "latin1");
}
