import { type Attempt, codeOf, dataOf, repliedAtMs } from "./attempts.ts";
import type { Account, Case } from "./case.ts";
import { stateAt } from "./case.ts";
import { countWhile } from "./count-while.ts";
import { linesOf, rowLine } from "./evidence.ts";
import { groupBy } from "./group-by.ts";
import { isLive } from "./model.ts";
import type { Moments } from "./moments.ts";
import type { Owners } from "./owners.ts";
import { type HoldLife, type Past, pledgeAt } from "./past.ts";
import { textIn } from "./steps.ts";
import type { Findings } from "./violation.ts";

type Data = Readonly<Record<string, unknown>>;

/** I9 for reads of wallets: each shows a state that was written, no older than what was known before it was sent. */
export function checkReads(
  one: Case,
  past: Past,
  moments: Moments,
  owners: Owners,
  findings: Findings,
): void {
  const reader = new Reader(one, past, moments, owners, findings);
  for (const attempt of one.attempts) {
    if (attempt.isQuery && attempt.sent.procedure.startsWith("wallets.")) reader.check(attempt);
  }
}

class Reader {
  readonly #one: Case;
  readonly #lives: ReadonlyMap<string, readonly HoldLife[]>;
  readonly #moments: Moments;
  readonly #owners: Owners;
  readonly #findings: Findings;

  constructor(one: Case, past: Past, moments: Moments, owners: Owners, findings: Findings) {
    this.#one = one;
    this.#owners = owners;
    this.#lives = groupBy(past.lives.values(), ({ placed }) => placed.walletId);
    this.#moments = moments;
    this.#findings = findings;
  }

  check(attempt: Attempt): void {
    const { procedure, input } = attempt.sent;
    const data = dataOf(attempt);
    if (attempt.meaning !== "success") this.#missing(attempt);
    else if (procedure === "wallets.mine") this.#mine(attempt, Object.values(data));
    if (attempt.meaning !== "success" || procedure === "wallets.mine") return;
    const account = this.#visible(attempt, textIn(input, "walletId")?.toLowerCase() ?? "");
    if (account === undefined) return;
    if (procedure === "wallets.get") this.#view(attempt, account, data);
    if (procedure === "wallets.history") this.#history(attempt, account, data);
    if (procedure === "wallets.balanceAt") this.#balanceAt(attempt, account, data);
  }

  /** The wallet that was read, when its rows hold together; another's must not have been shown at all. */
  #visible(attempt: Attempt, walletId: string): Account | undefined {
    const account = this.#one.accounts.get(walletId);
    const owner = account?.row?.ownerId;
    const { role, subject } = attempt.sent.caller;
    if (account === undefined) {
      // Another tenant's is a leak; those are looked for in every reply.
      if (!this.#owners.has(walletId))
        this.#wrong(attempt, undefined, "a read of what nobody wrote", `wallet ${walletId}`);
    } else if (role === "user" && owner !== subject) {
      this.#findings.add("I10", "another's wallet was shown", `${subject} read ${owner}'s`, () =>
        linesOf([attempt]),
      );
    } else if (account.sound) return account;
    return undefined;
  }

  #missing(attempt: Attempt): void {
    if (codeOf(attempt) !== "NOT_FOUND") return;
    const { input, caller, atMs } = attempt.sent;
    const account = this.#one.accounts.get(textIn(input, "walletId")?.toLowerCase() ?? "");
    if (account?.row === undefined || (caller.role === "user" && account.row.ownerId !== caller.subject))
      return;
    const wanted = Number(textIn(input, "version") ?? "0");
    if (this.#moments.known(account.id, atMs) >= wanted) {
      this.#wrong(attempt, account, "told as missing what somebody had been told of", `wallet ${account.id}`);
    }
  }

  /** Whether the version read lies between what was known and what was asked for. */
  #inTime(attempt: Attempt, account: Account, version: number, known: number): boolean {
    const latest = this.#moments.latest(account.id, repliedAtMs(attempt));
    const detail = `wallet ${account.id}: version ${version}`;
    if (!(version >= 0 && version <= account.entries.length)) {
      this.#wrong(attempt, account, "a read of what nobody wrote", detail);
    } else if (version < known) {
      this.#wrong(
        attempt,
        account,
        "a stale read",
        `${detail}, and ${known} was known before it was sent`,
        known,
      );
    } else if (version > latest) {
      this.#wrong(attempt, account, "a read of what nobody had asked for yet", detail);
    } else return true;
    return false;
  }

  #view(attempt: Attempt, account: Account, data: Data): void {
    const version = Number(data["version"]);
    const known = this.#moments.known(account.id, attempt.sent.atMs);
    if (!this.#inTime(attempt, account, version, known)) return;
    const { balance, held } = stateAt(account, version);
    const { row } = account;
    const shown = BigInt(textIn(data, "held") ?? "-1");
    const right =
      data["walletId"] === account.id &&
      data["balance"] === `${balance}` &&
      data["available"] === `${balance - shown}` &&
      data["ownerId"] === row?.ownerId &&
      data["currency"] === row?.currency &&
      data["minBalance"] === `${row?.minBalance}` &&
      this.#mayHaveExpired(account, version, held - shown);
    if (!right)
      this.#wrong(
        attempt,
        account,
        "a read of what nobody wrote",
        `wallet ${account.id} at version ${version}`,
      );
  }

  /** A read leaves out holds whose time has come before their expiry is written: so the first to expire, some or none. */
  #mayHaveExpired(account: Account, version: number, leftOut: bigint): boolean {
    if (leftOut === 0n) return true;
    const live = (this.#lives.get(account.id) ?? [])
      .map((life) => pledgeAt(life, version))
      .filter((pledge) => pledge !== undefined && isLive(pledge))
      .sort((a, b) => (a?.expiresAtMs ?? 0) - (b?.expiresAtMs ?? 0));
    let sum = 0n;
    return live.some((pledge) => {
      sum += (pledge?.amount ?? 0n) - (pledge?.captured ?? 0n);
      return sum === leftOut;
    });
  }

  #mine(attempt: Attempt, views: readonly unknown[]): void {
    const { caller, input, atMs } = attempt.sent;
    const shown = new Set<string>();
    for (const view of views as Data[]) {
      const walletId = textIn(view, "walletId");
      if (walletId === undefined) continue;
      shown.add(walletId);
      const account = this.#visible(attempt, walletId);
      if (account !== undefined) this.#view(attempt, account, view);
    }
    if (shown.size >= 1000) return;
    const ownerId = textIn(input, "ownerId") ?? caller.subject;
    for (const account of this.#one.accounts.values()) {
      if (account.row?.ownerId !== ownerId || shown.has(account.id)) continue;
      if (this.#moments.known(account.id, atMs) >= 0) {
        this.#wrong(
          attempt,
          account,
          "a list without what somebody had been told of",
          `wallet ${account.id}`,
        );
      }
    }
  }

  #history(attempt: Attempt, account: Account, data: Data): void {
    const { input, atMs } = attempt.sent;
    const views = Array.isArray(data["entries"]) ? (data["entries"] as Data[]) : [];
    const before = textIn(input, "before");
    const newestWanted = before === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(before) - 1);
    const newest = Number(views[0]?.["version"] ?? 0);
    const known = Math.min(newestWanted, this.#moments.known(account.id, atMs));
    if (!this.#inTime(attempt, account, newest, known)) return;
    const right =
      newest <= newestWanted &&
      views.length === Math.min(Number(input["limit"] ?? 50), newest) &&
      views.every((view, at) => this.#isEntry(account, view, newest - at));
    if (!right) this.#wrong(attempt, account, "a read of what nobody wrote", `wallet ${account.id}, history`);
  }

  #isEntry({ entries }: Account, view: Data, version: number): boolean {
    const entry = entries[version - 1];
    const kind = this.#one.operations.get(entry?.operationId ?? "")?.operation.kind;
    return (
      entry !== undefined &&
      view["version"] === `${version}` &&
      view["amount"] === `${entry.amount}` &&
      view["heldChange"] === `${entry.heldChange}` &&
      view["balance"] === `${entry.balanceAfter}` &&
      view["held"] === `${entry.heldAfter}` &&
      view["operationId"] === entry.operationId &&
      view["kind"] === kind
    );
  }

  #balanceAt(attempt: Attempt, account: Account, data: Data): void {
    const version = Number(data["version"]);
    const { balance, held } = stateAt(account, version);
    const asked = textIn(attempt.sent.input, "version");
    const at = Date.parse(textIn(attempt.sent.input, "at") ?? "");
    const writtenAt = (one: number) =>
      this.#one.operations.get(account.entries[one - 1]?.operationId ?? "")?.operation.createdAtMs ?? 0;
    const known = this.#moments.known(account.id, attempt.sent.atMs);
    const byTime = countWhile(account.entries.length, (index) => writtenAt(index + 1) <= at);
    const fits =
      asked === undefined ? version <= byTime && version >= Math.min(byTime, known) : asked === `${version}`;
    const right = fits && data["balance"] === `${balance}` && data["held"] === `${held}`;
    if (!right)
      this.#wrong(
        attempt,
        account,
        "a read of what nobody wrote",
        `wallet ${account.id} at version ${version}`,
      );
  }

  #wrong(attempt: Attempt, account: Account | undefined, rule: string, detail: string, known?: number): void {
    const entry = known === undefined ? undefined : account?.entries[known - 1];
    const writer = this.#one.operations.get(entry?.operationId ?? "");
    this.#findings.add("I9", rule, detail, () => [
      ...linesOf([attempt, ...(writer?.askers ?? [])]),
      ...(entry === undefined ? [] : [rowLine("entries", entry)]),
      ...(account === undefined ? [] : [rowLine("wallets", account.row)]),
    ]);
  }
}
