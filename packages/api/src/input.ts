import {
  type ConversationAnswers,
  type ConversationInput,
  type ConversationKind,
  type conversationQueries,
  HoldfastError,
  type KeyAnswers,
  type KeyInput,
  type KeyKind,
  type keyQueries,
  type operationQueries,
  type ShowAnswers,
  type ShowInput,
  type ShowKind,
  type showQueries,
  type verificationQueries,
  type WalletAnswers,
  type WalletInput,
  type WalletKind,
  type WebhookAnswers,
  type WebhookInput,
  type WebhookKind,
  type walletQueries,
  type webhookQueries,
} from "@holdfast/db";
import type { z } from "zod";
import { badRequest } from "./errors.ts";

/** An input as JSON can carry it: where a caller in process may pass a bigint, the wire takes its decimal string. */
export type Wire<T> = T extends bigint
  ? never
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

/** What tRPC reads of a parser: the types of both ends, and the function. The two type fields never hold a value. */
interface InputParser<In, Out> {
  _input: In;
  _output: Out;
  parse(raw: unknown): Out;
}

export function inputParser<In, Out>(parse: (raw: unknown) => Out): InputParser<In, Out> {
  return { parse } as InputParser<In, Out>;
}

export type CommandKind = WalletKind | ShowKind | ConversationKind | KeyKind | WebhookKind;
type CommandInput<K extends CommandKind> = K extends WalletKind
  ? WalletInput<K>
  : K extends ShowKind
    ? ShowInput<K>
    : K extends ConversationKind
      ? ConversationInput<K>
      : K extends KeyKind
        ? KeyInput<K>
        : K extends WebhookKind
          ? WebhookInput<K>
          : never;
/** What a command answers, but for `replayed`. */
export type CommandData<K extends CommandKind> = (WalletAnswers &
  ShowAnswers &
  ConversationAnswers &
  KeyAnswers &
  WebhookAnswers)[K];

export type RawInput = Readonly<Record<string, unknown>>;

/**
 * The input of a command. It is passed on as it came, because `db.execute` parses it with the command's schema anyway
 * and parsing a batch of a thousand twice is felt. Checked here: that it is an object, has a key, and can't name its kind.
 */
export function commandInput<K extends CommandKind>(kind: K) {
  return inputParser<Wire<CommandInput<K>>, RawInput>((raw) => {
    const input = objectInput(raw);
    if (Object.hasOwn(input, "kind"))
      throw badRequest([{ path: "kind", message: 'Unrecognized key: "kind"' }]);
    if (!hasDerivedKey(kind) && (input["idempotencyKey"] ?? "") === "") {
      throw new HoldfastError("IDEMPOTENCY_KEY_REQUIRED", {});
    }
    return input;
  });
}

/** The listening-time payment's key derives from its session and minute. */
function hasDerivedKey(kind: CommandKind): boolean {
  return kind === "wallets.stream";
}

type Queries = typeof walletQueries &
  typeof showQueries &
  typeof conversationQueries &
  typeof webhookQueries &
  typeof operationQueries &
  typeof verificationQueries &
  typeof keyQueries;
type QueryKind = keyof Queries;

/** The input of a query, passed on like a command's. A query with nothing to say may leave it out. */
export function queryInput<K extends QueryKind>(_kind: K) {
  type Sent = z.input<Queries[K]>;
  type In = Record<never, never> extends Sent ? Wire<Sent> | undefined : Wire<Sent>;
  return inputParser<In, Sent>((raw) => (raw === undefined ? {} : objectInput(raw)) as Sent);
}

function objectInput(raw: unknown): RawInput {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw badRequest("the input must be a JSON object");
  }
  return raw as RawInput;
}
