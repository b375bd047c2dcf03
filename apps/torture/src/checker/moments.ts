import { type Attempt, codeOf, dataOf, repliedAtMs } from "./attempts.ts";
import type { Case, Line, Story } from "./case.ts";
import { countWhile } from "./count-while.ts";
import type { Past } from "./past.ts";
import { dataIn, textIn } from "./steps.ts";

/**
 * Which versions of a wallet, a show or a conversation can have been the latest at a moment of the clients' clock: at least what somebody
 * had been told of before, at most what somebody had asked for by then.
 */
export interface Moments {
  /** The highest version that anyone was told of before this moment; -1 when nobody knew of it at all. */
  known(id: string, beforeMs: number): number;
  /** The highest version that can have been there at this moment. */
  latest(id: string, atMs: number): number;
}

export function findMoments(one: Case, { openings }: Past): Moments {
  const told = new Map<string, { atMs: number; version: number }[]>();
  const tell = (id: string, version: number, atMs: number): void => {
    // A version that nobody wrote is reported where it was read; it must not be expected of everybody else.
    const exists = version >= 0 && version <= (one.lines.get(id)?.length ?? 0);
    if (!Number.isFinite(atMs) || !exists) return;
    const list = told.get(id);
    if (list === undefined) told.set(id, [{ atMs, version }]);
    else list.push({ atMs, version });
  };
  for (const [walletId, { story }] of openings) tell(walletId, 0, story?.toldMs ?? Number.POSITIVE_INFINITY);
  for (const { operation, toldMs } of one.operations.values()) {
    if (operation.kind === "shows.create") tell(`${dataIn(operation)["showId"]}`, 0, toldMs);
    if (operation.kind === "conversations.create") tell(`${dataIn(operation)["conversationId"]}`, 0, toldMs);
  }
  for (const [id, line] of one.lines) {
    for (const { version, operationId } of line) {
      const story = one.operations.get(operationId);
      if (story?.operation.outcome.ok) tell(id, Number(version), story.toldMs);
    }
  }
  for (const attempt of one.attempts) {
    for (const { id, version } of versionsSeen(attempt)) tell(id, version, repliedAtMs(attempt));
  }
  for (const event of [...one.watchers.values()].flat()) {
    if (event.type !== "heard") continue;
    for (const { topic, version } of event.events) tell(topic.id, Number(version), event.atMs);
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
    known(id, beforeMs) {
      const list = told.get(id) ?? [];
      const count = countWhile(list.length, (at) => (list[at]?.atMs ?? 0) < beforeMs);
      return list[count - 1]?.version ?? -1;
    },
    latest(id, atMs) {
      const line = one.lines.get(id);
      if (line === undefined) return 0;
      let list = asked.get(id);
      if (list === undefined) {
        list = askedBy(line, one.operations);
        asked.set(id, list);
      }
      const times = list;
      return countWhile(times.length, (at) => (times[at] ?? 0) <= atMs);
    },
  };
}

/** What a read, an answer, or a refusal that names the version, tells of wallets, shows and conversations. */
function versionsSeen(attempt: Attempt): { id: string; version: number }[] {
  const data = dataOf(attempt);
  const { procedure, input } = attempt.sent;
  if (attempt.meaning === "success") {
    const showId = textIn(data, "showId");
    if (procedure === "shows.get" && showId !== undefined)
      return [{ id: showId, version: Number(data["version"]) }];
    if (showId !== undefined && textIn(data, "showVersion") !== undefined)
      return [{ id: showId, version: Number(data["showVersion"]) }];
  }
  const listed = procedure === "conversations.list" ? data["conversations"] : [data];
  if (procedure.startsWith("conversations.") && attempt.meaning === "success" && Array.isArray(listed))
    return (listed as (typeof data)[]).flatMap(({ conversationId, version }) =>
      typeof conversationId === "string" && typeof version === "string"
        ? [{ id: conversationId, version: Number(version) }]
        : [],
    );
  const walletId = textIn(input, "walletId") ?? textIn(input, "fromWalletId");
  if (walletId === undefined) return [];
  if (procedure === "wallets.get" && attempt.meaning === "success") {
    return [{ id: walletId, version: Number(data["version"]) }];
  }
  if (codeOf(attempt) !== "VERSION_CONFLICT" || attempt.replied?.reply.kind !== "error") return [];
  const { actual } = (attempt.replied.reply.details ?? {}) as { actual?: unknown };
  return [{ id: walletId, version: Number(actual) }];
}

/** When each version, or one before it, was first asked for: no version can be there before all below it are. */
function askedBy(line: Line, operations: ReadonlyMap<string, Story>): number[] {
  let latest = Number.NEGATIVE_INFINITY;
  return line.map(({ operationId }) => {
    latest = Math.max(latest, operations.get(operationId)?.firstSentMs ?? latest);
    return latest;
  });
}
