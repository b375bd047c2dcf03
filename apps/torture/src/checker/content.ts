import { createHash } from "node:crypto";
import type { Caller } from "../history.ts";

/** What a call asks for, in the one form in which two askings can be compared. Written from docs, not from the parser. */
export type Input = Readonly<Record<string, unknown>>;

const IDS = new Set([
  ...["walletId", "fromWalletId", "toWalletId", "holdId", "showId"],
  ...["conversationId", "answerId"],
]);
const DECIMALS = new Set(["amount", "minBalance", "ifVersion", "price", "expectedSeq"]);

/** The key under which the outcome is recorded; undefined when the caller sent none. */
export function keyOf(procedure: string, input: Input): string | undefined {
  if (procedure === "wallets.stream") {
    const { fromWalletId, sessionId, minute } = input;
    return `holdfast:stream:${`${fromWalletId}`.toLowerCase()}:${sessionId}:${minute}`;
  }
  const key = input["idempotencyKey"];
  return typeof key === "string" && key !== "" ? key : undefined;
}

/** As operations record who called. */
export function callerName({ role, subject }: Caller): string {
  return `${role}:${subject}`;
}

/** What the tables say of a reservation's token: its hash, in an input that is as it was sent or as it was recorded. */
export function tokenHashOf({ token }: Input): string | undefined {
  if (typeof token === "string") return createHash("sha256").update(token).digest("hex");
  const { tokenHash } = (token ?? {}) as { tokenHash?: unknown };
  return typeof tokenHash === "string" ? tokenHash : undefined;
}

/**
 * The input without its key, fields in alphabetical order, ids in lower case, amounts in their shortest form,
 * and a token's hash in its place.
 */
export function contentOf(input: Input): string {
  return fieldsOf(input)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join();
}

/** The names of the top-level fields in which two inputs differ, in alphabetical order. */
export function differingFields(one: Input, other: Input): string[] {
  const [ones, others] = [new Map(fieldsOf(one)), new Map(fieldsOf(other))];
  return [...new Set([...ones.keys(), ...others.keys()])]
    .filter((name) => ones.get(name) !== others.get(name))
    .sort();
}

function fieldsOf(input: Input): [string, string][] {
  const fields: [string, string][] = [];
  for (const name of Object.keys(input).sort()) {
    const value = input[name];
    if (name === "idempotencyKey" || value === undefined) continue;
    // A token is never recorded, only what it was; the same hash is the same token.
    const meant = name === "messages" && Array.isArray(value) ? value.map(asMessage) : value;
    fields.push([name, name === "token" ? `${tokenHashOf(input)}` : canonical(meant, name)]);
  }
  return fields;
}

/** A message that has a role and text alone, as it is kept: with one part. */
function asMessage(message: unknown): unknown {
  const { role, content, parts } = (message ?? {}) as { role?: unknown; content?: unknown; parts?: unknown };
  if (typeof content !== "string" || parts !== undefined) return message;
  return { role, parts: [{ type: "text", text: content }] };
}

/** What a message says, in the one form in which two can be compared: its id left out, whatever the order of its fields. */
export function contentOfMessage({ id: _, ...message }: Input): string {
  return contentOf(message);
}

function canonical(value: unknown, name: string): string {
  if (typeof value === "string") {
    if (IDS.has(name)) return JSON.stringify(value.toLowerCase());
    if (DECIMALS.has(name) && /^-?\d+$/.test(value)) return `"${BigInt(value)}"`;
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, "")).join()}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field, key)}`).join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}
