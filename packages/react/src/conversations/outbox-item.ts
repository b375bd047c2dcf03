import type { Message } from "@holdfast/client";
import type { Intent } from "../intents/intent.ts";

/** What a message is sent with; fixed when it is written, so that every attempt says the same. */
export interface SendOptions {
  /** Pays for the answer. */
  readonly walletId?: string;
  /** While another answer is under way: append now and be answered afterwards ("queue", the default), or be refused. */
  readonly whenBusy?: "refuse" | "queue";
}

export interface Draft extends SendOptions {
  readonly conversationId: string;
  readonly message: Message & { role: "user" };
}

/** Why a message has not been sent: an error of the table (docs/errors.md), as far as it outlives a reload. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly retry: "same-key" | "new-key" | "never";
  readonly details: Readonly<Record<string, unknown>>;
}

/** A draft as it is kept. `refused`: it was not sent, and is not sent again unless somebody says so. */
export type Kept = Draft & { readonly refused?: Trouble };

/** A message that the conversation does not show yet. */
export interface OutboxItem extends Draft {
  readonly messageId: string;
  /** ISO 8601, by this device's clock. */
  readonly addedAt: string;
  /**
   * "pending": being sent, or behind one that is; "waiting": no answer came, and it will be sent again by itself; "failed":
   * refused, `retry` or `discard` it.
   */
  readonly status: "pending" | "waiting" | "failed";
  /** Why it is waiting or has failed. */
  readonly error?: Trouble;
  /** Where it stands in the conversation, once that has been told. */
  readonly seq?: string;
}

export function itemOf({ input, decidedAt }: Intent<Kept>, trouble: Trouble | undefined): OutboxItem {
  const { refused, ...draft } = input;
  const error = refused ?? trouble;
  return {
    ...draft,
    messageId: draft.message.id,
    addedAt: decidedAt,
    status: refused ? "failed" : trouble ? "waiting" : "pending",
    ...(error === undefined ? {} : { error }),
  };
}

interface SendError extends Trouble {
  readonly unresolved: boolean;
}

/**
 * Whether an error is an answer to the message itself. One that may have been written, or that only the moment refuses (no
 * server, no session), stays to be sent again: with its id and its key it can't arrive twice.
 */
export function isRefusal({ code, retry, unresolved }: SendError): boolean {
  return !unresolved && retry !== "same-key" && code !== "UNAUTHENTICATED" && code !== "ABORTED";
}

export function troubleOf({ code, message, retry, details }: SendError): Trouble {
  return { code, message, retry, details };
}
