import { createHmac } from "node:crypto";
import type { z } from "zod";
import { type ErrorCode, errorTable, HoldfastError } from "../errors.ts";
import type { Command, Derive, Feature, FeatureError } from "./feature.ts";

/** The features of one Holdfast, in the one global lock order. */
export interface Registry {
  readonly features: readonly Feature[];
  parse(kind: string, input: unknown): { feature: Feature; command: Command; input: string };
  /** Whether anybody in the tenant ($1) follows what is changed, as SQL. */
  readonly followed: string;
  /** How a refusal looks to a caller; undefined for a code that nobody declared. */
  error(code: string): FeatureError | undefined;
  readonly derive: Derive;
  /** The data of a success as its caller is told it. */
  tell(kind: string, data: unknown): unknown;
}

export function createRegistry(features: readonly Feature[], tokenSecret?: string): Registry {
  const byKind = new Map<string, Feature>();
  const errors = new Map<string, FeatureError>(Object.entries(errorTable));
  for (const feature of features) {
    for (const kind of Object.keys(feature.inputs)) {
      if (byKind.has(kind)) throw new TypeError(`two features take commands of kind "${kind}"`);
      byKind.set(kind, feature);
    }
    for (const { name, follows } of features) {
      if (follows !== undefined && feature.optimistic?.followers.has(name) === false)
        throw new TypeError(
          `"${feature.name}" writes optimistically and doesn't look for the followers of "${name}"`,
        );
    }
    for (const [code, error] of Object.entries(feature.errors ?? {})) {
      if (errors.has(code)) throw new TypeError(`the error code "${code}" is taken`);
      errors.set(code, error);
    }
  }

  const derive: Derive = (text) => {
    if (tokenSecret === undefined)
      throw new TypeError(
        "tokens of reservations, API keys and secrets of webhooks need connect({ tokenSecret })",
      );
    return createHmac("sha256", tokenSecret).update(text).digest("base64url");
  };

  const wanted = features.flatMap(({ follows }) => (follows === undefined ? [] : [follows.wanted]));
  return {
    features,
    followed: wanted.length === 0 ? "false" : wanted.map((sql) => `(${sql})`).join(" or "),
    derive,
    tell: (kind, data) => byKind.get(kind)?.tell?.(kind, data, derive) ?? data,
    error: (code) => errors.get(code),
    parse(kind, input) {
      const feature = byKind.get(kind);
      const schema = feature?.inputs[kind];
      if (feature === undefined || schema === undefined)
        throw new HoldfastError("NOT_FOUND", { what: `command ${kind}` });
      const fields = parseInput(schema, input) as Omit<Command, "kind">;
      return { feature, command: { ...fields, kind }, input: canonicalJson(fields) };
    },
  };
}

/** Some messages list what they refuse, and a caller can send a lot of it. */
const MAX_MESSAGE = 200;

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly input?: unknown;
}

/** @throws HoldfastError BAD_REQUEST for what the schema refuses. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error.issues);
  return parsed.data;
}

/** Turns what zod found into the error that a caller reads; a missing key is named, for it is the commonest mistake. */
function invalidInput(issues: readonly Issue[]): HoldfastError<ErrorCode> {
  const keyMissing = issues.find((issue) => issue.path.length === 1 && issue.path[0] === "idempotencyKey");
  if (keyMissing !== undefined && keyMissing.code === "invalid_type" && issues.length === 1) {
    return new HoldfastError("IDEMPOTENCY_KEY_REQUIRED", {});
  }
  return new HoldfastError("BAD_REQUEST", {
    issues: issues.slice(0, 20).map((issue) => ({
      path: issue.path.map(String).join("."),
      message: issue.message.slice(0, MAX_MESSAGE),
    })),
  });
}

/** The parsed input without its key as text. Schemas give fields in a fixed order, so equal inputs give equal text. */
function canonicalJson(fields: object): string {
  const copy = toJson(fields) as Record<string, unknown>;
  copy["idempotencyKey"] = undefined;
  return JSON.stringify(copy);
}

/** A copy with decimal strings for bigints; `JSON.stringify` with a replacer takes twice as long. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  if (Array.isArray(value)) return value.map(toJson);
  const copy: Record<string, unknown> = { ...value };
  for (const field of Object.keys(copy)) {
    const part = copy[field];
    if (typeof part === "bigint" || typeof part === "object") copy[field] = toJson(part);
  }
  return copy;
}
