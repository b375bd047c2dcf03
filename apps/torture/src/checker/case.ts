import type { Heard, HistoryEvent, Left, Watching } from "../history.ts";
import { type Attempt, readAttempts, repliedAtMs, wasTold } from "./attempts.ts";
import { contentOf } from "./content.ts";
import { openThreads, type Thread } from "./conversations/thread.ts";
import { groupBy } from "./group-by.ts";
import { openStages, type Stage } from "./shows/stage.ts";
import type {
  EntryRow,
  HoldRow,
  OperationRow,
  ReservationRow,
  ShowChangeRow,
  Tables,
  WalletRow,
} from "./tables.ts";

/** Everything known of one tenant, from both sides: what the clients saw, and what the tables say. */
export interface Case {
  readonly tenantId: number;
  readonly attempts: readonly Attempt[];
  /** The attempts of each idempotency key. */
  readonly calls: ReadonlyMap<string, readonly Attempt[]>;
  readonly operations: ReadonlyMap<string, Story>;
  readonly storiesByKey: ReadonlyMap<string, readonly Story[]>;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly holds: ReadonlyMap<string, HoldRow>;
  readonly entriesByOperation: ReadonlyMap<string, readonly EntryRow[]>;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly reservations: ReadonlyMap<string, ReservationRow>;
  readonly reservationsByTokenHash: ReadonlyMap<string, ReservationRow>;
  readonly changesByOperation: ReadonlyMap<string, readonly ShowChangeRow[]>;
  readonly threads: ReadonlyMap<string, Thread>;
  /** What each watcher did and heard, in order. */
  readonly watchers: ReadonlyMap<number, readonly (Watching | Heard | Left)[]>;
  /** Everything that has versions, by its id. */
  readonly lines: ReadonlyMap<string, Line>;
  /** Rows whose id another row has. */
  readonly doubles: readonly { readonly id: string }[];
}

/** An operation and those who asked for it: the attempts with its key, kind, caller and content. */
export interface Story {
  readonly operation: OperationRow;
  readonly askers: readonly Attempt[];
  /** Before this nobody whom it was done for had asked for it; for what the clock alone does, always. */
  readonly firstSentMs: number;
  /** From this moment on somebody knows that it happened. */
  readonly toldMs: number;
}

/** A wallet's row and its entries, oldest first. */
export interface Account {
  readonly id: string;
  readonly row: WalletRow | undefined;
  readonly entries: EntryRow[];
  /** Whether versions and sums hold together. What stands on the balances of one that doesn't would only say so again. */
  sound: boolean;
}

/** What made each version of a wallet, a show or a conversation, oldest first. */
export type Line = readonly { readonly version: bigint; readonly operationId: string }[];

/** Sorts history and tables by tenant. */
export function openCases(events: readonly HistoryEvent[], tables: Tables): Case[] {
  const attempts = groupBy(readAttempts(events), (attempt) => attempt.sent.caller.tenantId);
  const watchers = groupBy(
    events.flatMap((event) =>
      event.type === "watching" || event.type === "heard" || event.type === "left" ? [event] : [],
    ),
    ({ watcher }) => watcher,
  );
  const parts = new Map<number, Tables>();
  const names = Object.keys(tables) as (keyof Tables)[];
  const empty = Object.fromEntries(names.map((name) => [name, []])) as unknown as Tables;
  for (const name of names) {
    for (const [tenantId, rows] of groupBy<{ readonly tenantId: number }, number>(tables[name], tenantOf)) {
      parts.set(tenantId, { ...(parts.get(tenantId) ?? empty), [name]: rows });
    }
  }
  return [...new Set([...attempts.keys(), ...parts.keys()])].map((tenantId) =>
    openCase(
      tenantId,
      attempts.get(tenantId) ?? [],
      parts.get(tenantId) ?? empty,
      ofTenant(watchers, tenantId),
    ),
  );
}

function ofTenant(watchers: Case["watchers"], tenantId: number): Case["watchers"] {
  return new Map(
    [...watchers].filter(([, [first]]) => first?.type === "watching" && first.caller.tenantId === tenantId),
  );
}

function tenantOf({ tenantId }: { readonly tenantId: number }): number {
  return tenantId;
}

function openCase(
  tenantId: number,
  attempts: readonly Attempt[],
  tables: Tables,
  watchers: Case["watchers"],
): Case {
  const keyed = attempts.filter((attempt) => attempt.key !== undefined);
  const calls = groupBy(keyed, ({ key }) => key ?? "");
  const stories = tables.operations.map((operation) => storyOf(operation, calls));
  const accounts = new Map<string, Account>(
    tables.wallets.map((row) => [row.id, { id: row.id, row, entries: [], sound: true }]),
  );
  for (const entry of tables.entries) {
    let account = accounts.get(entry.walletId);
    if (account === undefined) {
      account = { id: entry.walletId, row: undefined, entries: [], sound: true };
      accounts.set(entry.walletId, account);
    }
    account.entries.push(entry);
  }
  for (const { entries } of accounts.values()) entries.sort((a, b) => (a.version < b.version ? -1 : 1));
  const stages = openStages(tables);
  const threads = openThreads(tables);
  const { reservations } = tables;
  return {
    tenantId,
    attempts,
    calls,
    operations: new Map(stories.map((story) => [story.operation.id, story])),
    storiesByKey: groupBy(stories, ({ operation }) => operation.idempotencyKey),
    accounts,
    holds: new Map(tables.holds.map((hold) => [hold.id, hold])),
    stages,
    threads,
    watchers,
    reservations: new Map(reservations.map((row) => [row.id, row])),
    reservationsByTokenHash: new Map(reservations.map((row) => [row.tokenHash, row])),
    changesByOperation: groupBy(
      [...stages.values()].flatMap(({ changes }) => changes),
      ({ operationId }) => operationId,
    ),
    lines: new Map<string, Line>([
      ...[...accounts.values()].map(({ id, entries }) => [id, entries] as const),
      ...[...stages.values()].map(({ id, changes }) => [id, changes] as const),
      ...[...threads.values()].map(({ id, versions }) => [id, versions] as const),
    ]),
    doubles: [
      ...[tables.wallets, tables.operations, tables.holds, tables.shows, reservations],
      tables.conversations,
    ].flatMap((rows) => doublesIn<{ readonly id: string }>(rows)),
    entriesByOperation: groupBy(
      [...accounts.values()].flatMap(({ entries }) => entries),
      ({ operationId }) => operationId,
    ),
  };
}

function doublesIn<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ id }) => seen.size === seen.add(id).size);
}

function storyOf(operation: OperationRow, calls: ReadonlyMap<string, readonly Attempt[]>): Story {
  const content = contentOf(operation.input);
  const askers = (calls.get(operation.idempotencyKey) ?? []).filter(
    (attempt) =>
      attempt.caller === operation.caller &&
      attempt.sent.procedure === operation.kind &&
      attempt.content === content,
  );
  const never = Number.POSITIVE_INFINITY;
  // Who was told that nothing was executed is taken at their word: then it was executed for somebody else.
  const doers = askers.filter(({ meaning }) => meaning !== "not-executed");
  return {
    operation,
    askers,
    firstSentMs: (doers.length > 0 ? doers : askers).reduce(
      (first, { sent }) => Math.min(first, sent.atMs),
      askers.length > 0 ? never : -never,
    ),
    toldMs: askers.reduce((first, one) => (wasTold(one) ? Math.min(first, repliedAtMs(one)) : first), never),
  };
}

/** A wallet after a version of a sound account; version 0 is the wallet as it was opened. */
export function stateAt(account: Account, version: number): { balance: bigint; held: bigint } {
  const entry = account.entries[version - 1];
  return { balance: entry?.balanceAfter ?? 0n, held: entry?.heldAfter ?? 0n };
}
