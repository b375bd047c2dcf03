import type { Account, Case, Story } from "./case.ts";
import { stateAt } from "./case.ts";
import { meteredBy } from "./conversations/metered.ts";
import type { Pledge, Purse } from "./model.ts";
import { paymentOf } from "./shows/payment.ts";
import { type Refusal, resultOf, type Step, type Taken, takenBy, textIn } from "./steps.ts";

/** How a hold stood from a version of its wallet on. */
interface HoldState {
  readonly version: number;
  readonly status: string;
  readonly captured: bigint;
}

/** What never changes of a hold, and its states in the order of its wallet's versions. */
export interface HoldLife {
  readonly placed: Pledge;
  readonly story: Story;
  readonly states: HoldState[];
}

/** A refusal inside of a batch that succeeded, of a wallet that the batch left alone: right at some moment or never. */
export interface Deferred {
  readonly story: Story;
  readonly step: Step;
  readonly refusal: Refusal;
}

/** What the operations made, and how it stood at every version: filled in by the replay, asked by what comes after. */
export interface Past {
  /** Wallets as they were opened, balances left open; with the operation that did, if there was one. */
  readonly openings: ReadonlyMap<string, { readonly purse: Purse; readonly story: Story | undefined }>;
  readonly lives: ReadonlyMap<string, HoldLife>;
  readonly deferred: Deferred[];
}

/** Every operation that succeeded, with what it did to wallets, step by step. */
export function successes(one: Case): { story: Story; taken: Taken[] | undefined }[] {
  return [...one.operations.values()]
    .filter(({ operation }) => operation.outcome.ok)
    .map((story) => ({ story, taken: stepsOf(one, story) }));
}

export function isSale(kind: string): boolean {
  return kind === "seats.confirm";
}

/** What an operation did to wallets, or was refused: a purchase pays and nothing else on seats does; answers are metered. */
export function stepsOf(one: Case, { operation }: Story): Taken[] | undefined {
  if (operation.kind.startsWith("wallets.")) return takenBy(operation);
  if (operation.kind.startsWith("conversations.")) return meteredBy(operation);
  const step = isSale(operation.kind) ? paymentOf(one, operation.input) : undefined;
  return step === undefined ? [] : [{ step, result: resultOf(operation.outcome) }];
}

export function startPast(one: Case, done: ReturnType<typeof successes>): Past {
  const openings = new Map<string, { purse: Purse; story: Story | undefined }>();
  const lives = new Map<string, HoldLife>();
  for (const { story, taken } of done) {
    for (const { step, result } of taken ?? []) {
      if (!result.ok) continue;
      const id = textIn(result.data, step.kind === "hold" ? "holdId" : "walletId") ?? "";
      if (step.kind === "open") openings.set(id, { purse: openedPurse(id, result.data), story });
      if (step.kind === "hold") lives.set(id, { placed: placedPledge(result.data), story, states: [] });
    }
  }
  for (const { id, row } of one.accounts.values()) {
    if (row === undefined || openings.has(id)) continue;
    const { ownerId, currency, minBalance: minimum } = row;
    openings.set(id, { purse: { ...EMPTY, id, ownerId, currency, minimum }, story: undefined });
  }
  return { openings, lives, deferred: [] };
}

const EMPTY = { balance: 0n, held: 0n, version: 0, loose: true };

function openedPurse(id: string, data: Readonly<Record<string, unknown>>): Purse {
  return {
    ...EMPTY,
    id,
    ownerId: textIn(data, "ownerId") ?? "",
    currency: textIn(data, "currency") ?? "",
    minimum: BigInt(textIn(data, "minBalance") ?? "0"),
  };
}

function placedPledge(data: Readonly<Record<string, unknown>>): Pledge {
  return {
    walletId: textIn(data, "walletId") ?? "",
    amount: BigInt(textIn(data, "amount") ?? "0"),
    captured: 0n,
    status: "open",
    expiresAtMs: Date.parse(textIn(data, "expiresAt") ?? ""),
  };
}

/** A wallet as it stood after a version. */
export function purseAt({ openings }: Past, account: Account, version: number): Purse | undefined {
  const opened = openings.get(account.id);
  return opened && { ...opened.purse, ...stateAt(account, version), version, loose: false };
}

/** A hold as it stood when its wallet had this version; undefined before it was placed. */
export function pledgeAt({ placed, states }: HoldLife, version: number): Pledge | undefined {
  const state = states.findLast((one) => one.version <= version);
  return state && { ...placed, status: state.status, captured: state.captured };
}
