import { type Attempt, codeOf, dataOf, repliedAtMs } from "./attempts.ts";
import type { Account, Case, Story } from "./case.ts";
import { type Past, successes } from "./past.ts";
import { textIn } from "./steps.ts";

/**
 * Which versions of a wallet can have been the latest at a moment of the clients' clock: at least what somebody had been
 * told of before, at most what somebody had asked for by then.
 */
export interface Moments {
  /** The highest version that anyone was told of before this moment; -1 when nobody knew of the wallet at all. */
  known(walletId: string, beforeMs: number): number;
  /** The highest version that can have been there at this moment. */
  latest(walletId: string, atMs: number): number;
}

export function findMoments(one: Case, { openings }: Past): Moments {
  const told = new Map<string, { atMs: number; version: number }[]>();
  const tell = (walletId: string, version: number, atMs: number): void => {
    // A version that nobody wrote is reported where it was read; it must not be expected of everybody else.
    const exists = version >= 0 && version <= (one.accounts.get(walletId)?.entries.length ?? 0);
    if (!Number.isFinite(atMs) || !exists) return;
    const list = told.get(walletId);
    if (list === undefined) told.set(walletId, [{ atMs, version }]);
    else list.push({ atMs, version });
  };
  for (const [walletId, { story }] of openings) tell(walletId, 0, story?.toldMs ?? Number.POSITIVE_INFINITY);
  for (const { story } of successes(one)) {
    for (const { walletId, version } of one.entriesByOperation.get(story.operation.id) ?? [])
      tell(walletId, Number(version), story.toldMs);
  }
  for (const attempt of one.attempts) {
    const seen = versionSeen(attempt);
    if (seen !== undefined) tell(seen.walletId, seen.version, repliedAtMs(attempt));
  }
  for (const list of told.values()) {
    list.sort((a, b) => a.atMs - b.atMs);
    let highest = -1;
    for (const moment of list) {
      highest = Math.max(highest, moment.version);
      moment.version = highest;
    }
  }
  const asked = new Map<string, number[]>();
  return {
    known(walletId, beforeMs) {
      const list = told.get(walletId) ?? [];
      const count = countWhile(list.length, (at) => (list[at]?.atMs ?? 0) < beforeMs);
      return list[count - 1]?.version ?? -1;
    },
    latest(walletId, atMs) {
      const account = one.accounts.get(walletId);
      if (account === undefined) return 0;
      let list = asked.get(walletId);
      if (list === undefined) {
        list = askedBy(account, one.operations);
        asked.set(walletId, list);
      }
      const times = list;
      return countWhile(times.length, (at) => (times[at] ?? 0) <= atMs);
    },
  };
}

/** What a read, or a refusal that names the version, tells of a wallet. */
function versionSeen(attempt: Attempt): { walletId: string; version: number } | undefined {
  const walletId = textIn(attempt.sent.input, "walletId") ?? textIn(attempt.sent.input, "fromWalletId");
  if (walletId === undefined) return undefined;
  if (attempt.sent.procedure === "wallets.get" && attempt.meaning === "success") {
    return { walletId, version: Number(dataOf(attempt)["version"]) };
  }
  if (codeOf(attempt) !== "VERSION_CONFLICT" || attempt.replied?.reply.kind !== "error") return undefined;
  const { actual } = (attempt.replied.reply.details ?? {}) as { actual?: unknown };
  return { walletId, version: Number(actual) };
}

/** When each version, or one before it, was first asked for: no version can be there before all below it are. */
function askedBy({ entries }: Account, operations: ReadonlyMap<string, Story>): number[] {
  let latest = Number.NEGATIVE_INFINITY;
  return entries.map(({ operationId }) => {
    latest = Math.max(latest, operations.get(operationId)?.firstSentMs ?? latest);
    return latest;
  });
}

/** How many of the first `length` positions hold, when all that hold come first. */
export function countWhile(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
