import type { Caller } from "../../history.ts";
import type { EntryRow, HoldRow, OperationRow, WalletRow } from "../tables.ts";

/** A reply before it goes on its way. */
export type Answer =
  | { readonly ok: true; readonly data: Fields; readonly replayed: boolean }
  | { readonly ok: false; readonly code: string; readonly details: unknown; readonly replayed: boolean };

export type Fields = Readonly<Record<string, unknown>>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Tables that a test may spoil. */
export interface TinyTables {
  wallets: Mutable<WalletRow>[];
  operations: Mutable<OperationRow>[];
  entries: Mutable<EntryRow>[];
  holds: Mutable<HoldRow>[];
}

/** Thrown inside of a step and caught around it; not an Error, for nobody looks where it came from. */
class No {
  readonly code: string;
  readonly details: object;
  constructor(code: string, details: object) {
    this.code = code;
    this.details = details;
  }
}

/**
 * Holdfast as small as can be, for histories that are right: one thread, plain arrays, changes undone when a batch is
 * refused. It shares nothing with the product nor with the checker's model, so that a mistake in one of them shows.
 */
export class TinyHoldfast {
  readonly tables: TinyTables = { wallets: [], operations: [], entries: [], holds: [] };
  readonly #wallets = new Map<string, Mutable<WalletRow>>();
  readonly #holds = new Map<string, Mutable<HoldRow>>();
  readonly #live = new Map<string, Set<Mutable<HoldRow>>>();
  readonly #operations = new Map<string, OperationRow>();
  readonly #history = new Map<string, EntryRow[]>();
  readonly #kinds = new Map<string, string>();
  #ids = 0;
  #undo: (() => void)[] = [];
  #by: Caller = { tenantId: 0, subject: "", role: "user" };
  #nowMs = 0;
  #operationId = "";

  execute(by: Caller, kind: string, { idempotencyKey, ...input }: Fields, nowMs: number): Answer {
    this.#by = by;
    this.#nowMs = nowMs;
    this.#undo = [];
    const { fromWalletId, sessionId, minute } = input;
    const key =
      kind === "wallets.stream"
        ? `holdfast:stream:${fromWalletId}:${sessionId}:${minute}`
        : `${idempotencyKey}`;
    for (const step of [input, ...((input["commands"] ?? []) as Fields[])]) this.#expireDue(step);
    const caller = `${by.role}:${by.subject}`;
    const before = this.#operations.get(`${by.tenantId} ${key}`);
    if (before !== undefined) return replayOf(before, caller, kind, input);

    this.#operationId = this.#newId();
    const answer = this.#attempt(() => this.#run(kind.slice("wallets.".length), input));
    const passing = ["NOT_FOUND", "FORBIDDEN", "SAME_WALLET", "CURRENCY_MISMATCH"];
    if (!answer.ok && passing.includes(answer.code)) return answer;
    this.#record(key, kind, caller, input, answer);
    return answer;
  }

  read({ tenantId, subject, role }: Caller, kind: string, input: Fields, nowMs: number): Answer {
    const sees = (one: WalletRow) =>
      one.tenantId === tenantId && (role !== "user" || one.ownerId === subject);
    if (kind === "wallets.mine") {
      const views = this.tables.wallets.filter(
        (one) => sees(one) && one.ownerId === (input["ownerId"] ?? subject),
      );
      return {
        ok: true,
        data: views.map((one) => this.#view(one, nowMs)) as unknown as Fields,
        replayed: false,
      };
    }
    const wallet = this.#wallets.get(`${input["walletId"]}`);
    if (wallet === undefined || !sees(wallet)) {
      return { ok: false, code: "NOT_FOUND", details: { what: "walletId" }, replayed: false };
    }
    if (kind === "wallets.get") return { ok: true, data: this.#view(wallet, nowMs), replayed: false };
    const before = BigInt(`${input["before"] ?? 10n ** 12n}`);
    const limit = Number(input["limit"] ?? 50);
    const older = (this.#history.get(wallet.id) ?? []).filter(({ version }) => version < before);
    const entries = older
      .slice(-limit)
      .reverse()
      .map((entry) => ({
        version: `${entry.version}`,
        amount: `${entry.amount}`,
        heldChange: `${entry.heldChange}`,
        balance: `${entry.balanceAfter}`,
        held: `${entry.heldAfter}`,
        operationId: entry.operationId,
        kind: this.#kinds.get(entry.operationId),
      }));
    return { ok: true, data: { entries, next: null }, replayed: false };
  }

  #view(wallet: WalletRow, nowMs: number): Fields {
    const due = [...(this.#live.get(wallet.id) ?? [])].filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
    const held = wallet.held - due.reduce((sum, hold) => sum + hold.amount - hold.captured, 0n);
    const { ownerId, currency, minBalance } = wallet;
    return {
      ...stateOf(wallet),
      ...{ held: `${held}`, available: `${wallet.balance - held}` },
      ...{ ownerId, currency, minBalance: `${minBalance}` },
    };
  }

  #newId(): string {
    return `00000000-0000-7000-8000-${(++this.#ids).toString(16).padStart(12, "0")}`;
  }

  #record(idempotencyKey: string, kind: string, caller: string, input: Fields, answer: Answer): void {
    const { tenantId } = this.#by;
    const { replayed: _, ...outcome } = answer;
    const id = this.#operationId;
    const row = { tenantId, id, idempotencyKey, kind, caller, input, outcome, createdAtMs: this.#nowMs };
    this.tables.operations.push(row);
    this.#kinds.set(id, kind);
    this.#operations.set(`${tenantId} ${idempotencyKey}`, row);
  }

  #expireDue({ walletId, fromWalletId, toWalletId, holdId }: Fields): void {
    const named = this.#holds.get(`${holdId}`);
    const near = [walletId, fromWalletId, toWalletId].flatMap((id) => [...(this.#live.get(`${id}`) ?? [])]);
    for (const hold of new Set(named === undefined ? near : [...near, named])) {
      const live = hold.status === "open" || hold.status === "partially_captured";
      const wallet = this.#wallets.get(hold.walletId);
      if (
        !live ||
        hold.expiresAtMs > this.#nowMs ||
        wallet === undefined ||
        hold.tenantId !== this.#by.tenantId
      )
        continue;
      this.#operationId = this.#newId();
      const data = this.#close(hold, wallet, "expired", 0n);
      const answer: Answer = { ok: true, data, replayed: false };
      this.#record(
        `holdfast:expire:${hold.id}`,
        "wallets.expire",
        "system:holdfast",
        { holdId: hold.id },
        answer,
      );
    }
  }

  #attempt(work: () => Fields): Answer {
    const outer = this.#undo;
    this.#undo = [];
    try {
      const data = work();
      outer.push(...this.#undo);
      return { ok: true, data, replayed: false };
    } catch (no) {
      if (!(no instanceof No)) throw no;
      for (const undo of this.#undo.reverse()) undo();
      return { ok: false, code: no.code, details: no.details, replayed: false };
    } finally {
      this.#undo = outer;
    }
  }

  #run(kind: string, input: Fields): Fields {
    if (kind === "open") return this.#open(input);
    if (kind === "batch") return this.#batch(input);
    if (kind === "capture" || kind === "release") return this.#settle(kind, input);
    const amount = BigInt(`${input["amount"]}`);
    const field = "fromWalletId" in input ? "fromWalletId" : "walletId";
    const payer = this.#owned(`${input[field]}`, field);
    if (kind === "credit" && this.#by.role === "user") throw new No("FORBIDDEN", { needs: "service" });
    const payee = this.#payee(input, payer);
    const { ifVersion } = input;
    if (ifVersion !== undefined && ifVersion !== `${payer.version}`) {
      throw new No("VERSION_CONFLICT", { expected: ifVersion, actual: `${payer.version}` });
    }
    if (kind !== "credit") this.#requireFunds(payer, amount);
    if (kind === "hold") {
      this.#move(payer, 0n, amount);
      return { ...this.#told(payer), ...this.#place(payer, amount, Number(input["expiresInSeconds"])) };
    }
    this.#move(payer, kind === "credit" ? amount : -amount, 0n);
    const told = this.#told(payer);
    if (payee !== undefined) this.#move(payee, amount, 0n);
    return told;
  }

  #batch({ atomic, commands }: Fields): Fields {
    const operationId = this.#operationId;
    const results = (commands as Fields[]).map((command, index) => {
      const { kind } = command;
      const answer = this.#attempt(() => this.#run(`${kind}`, command));
      if (answer.ok) return { ok: true, kind, data: answer.data };
      const { code, details } = answer;
      if (atomic === true) throw new No("BATCH_REFUSED", { index, code, details });
      return { ok: false, kind, code, details };
    });
    return { operationId, results };
  }

  #open({ currency, minBalance, ownerId }: Fields): Fields {
    const owner = `${ownerId ?? this.#by.subject}`;
    const least = BigInt(`${minBalance ?? 0}`);
    if (this.#by.role === "user" && (owner !== this.#by.subject || least < 0n)) {
      throw new No("FORBIDDEN", { needs: "service" });
    }
    const { tenantId } = this.#by;
    const zero = { balance: 0n, held: 0n, version: 0n };
    const row = {
      tenantId,
      id: this.#newId(),
      ownerId: owner,
      currency: `${currency}`,
      minBalance: least,
      ...zero,
    };
    this.#wallets.set(row.id, row);
    this.tables.wallets.push(row);
    this.#undo.push(() => this.#wallets.delete(this.tables.wallets.pop()?.id ?? ""));
    return { ...this.#told(row), ownerId: owner, currency, minBalance: `${least}` };
  }

  #place(wallet: WalletRow, amount: bigint, seconds: number): Fields {
    const { tenantId } = this.#by;
    const [id, expiresAtMs] = [this.#newId(), this.#nowMs + seconds * 1000];
    const named = { tenantId, id, walletId: wallet.id, operationId: this.#operationId };
    const row = { ...named, amount, captured: 0n, status: "open", expiresAtMs };
    const live = this.#live.get(wallet.id) ?? new Set();
    this.#live.set(wallet.id, live.add(row));
    this.#holds.set(id, row);
    this.tables.holds.push(row);
    this.#undo.push(() => {
      live.delete(row);
      this.#holds.delete(this.tables.holds.pop()?.id ?? "");
    });
    return { holdId: id, amount: `${amount}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  #settle(kind: "capture" | "release", input: Fields): Fields {
    const hold = this.#holds.get(`${input["holdId"]}`);
    const wallet = this.#owned(hold?.walletId ?? "", "holdId");
    if (hold === undefined) throw new No("NOT_FOUND", { what: "holdId" });
    if (hold.status === "expired") {
      throw new No("HOLD_EXPIRED", { expiredAt: new Date(hold.expiresAtMs).toISOString() });
    }
    if (hold.status === "captured" || hold.status === "released")
      throw new No("HOLD_CLOSED", { status: hold.status });
    if (kind === "release") return this.#close(hold, wallet, "released", 0n);
    const left = hold.amount - hold.captured;
    const amount = BigInt(`${input["amount"] ?? left}`);
    if (amount > left) throw new No("HOLD_EXCEEDED", { remaining: `${left}`, requested: `${amount}` });
    const payee = this.#payee(input, wallet);
    const ends = amount === left || input["final"] !== false;
    const told = this.#close(hold, wallet, ends ? "captured" : "partially_captured", amount);
    if (payee !== undefined) this.#move(payee, amount, 0n);
    return told;
  }

  #close(hold: Mutable<HoldRow>, wallet: Mutable<WalletRow>, status: string, taken: bigint): Fields {
    const before = { ...hold };
    const live = this.#live.get(wallet.id);
    const back = status === "partially_captured" ? taken : hold.amount - hold.captured;
    hold.captured += taken;
    hold.status = status;
    if (status !== "partially_captured") live?.delete(hold);
    this.#undo.push(() => {
      Object.assign(hold, before);
      live?.add(hold);
    });
    this.#move(wallet, -taken, -back);
    const remaining = status === "partially_captured" ? hold.amount - hold.captured : 0n;
    return {
      ...this.#told(wallet),
      holdId: hold.id,
      status,
      captured: `${hold.captured}`,
      remaining: `${remaining}`,
    };
  }

  #move(wallet: Mutable<WalletRow>, amount: bigint, heldChange: bigint): void {
    wallet.balance += amount;
    wallet.held += heldChange;
    wallet.version += 1n;
    const { tenantId, id: walletId, version, balance: balanceAfter, held: heldAfter } = wallet;
    const operationId = this.#operationId;
    const row = { tenantId, walletId, version, operationId, amount, heldChange, balanceAfter, heldAfter };
    const history = this.#history.get(walletId) ?? [];
    this.#history.set(walletId, history);
    history.push(row);
    this.tables.entries.push(row);
    this.#undo.push(() => {
      history.pop();
      this.tables.entries.pop();
      wallet.balance -= amount;
      wallet.held -= heldChange;
      wallet.version -= 1n;
    });
  }

  #told(wallet: WalletRow): Fields {
    return { operationId: this.#operationId, ...stateOf(wallet) };
  }

  #owned(id: string, what: string): Mutable<WalletRow> {
    const wallet = this.#wallets.get(id);
    const mine = wallet?.ownerId === this.#by.subject || this.#by.role !== "user";
    if (wallet === undefined || wallet.tenantId !== this.#by.tenantId || !mine)
      throw new No("NOT_FOUND", { what });
    return wallet;
  }

  #payee({ toWalletId }: Fields, payer: WalletRow): Mutable<WalletRow> | undefined {
    if (toWalletId === undefined) return undefined;
    if (toWalletId === payer.id) throw new No("SAME_WALLET", {});
    const payee = this.#wallets.get(`${toWalletId}`);
    if (payee?.tenantId !== payer.tenantId) throw new No("NOT_FOUND", { what: "toWalletId" });
    if (payee.currency !== payer.currency) {
      throw new No("CURRENCY_MISMATCH", { from: payer.currency, to: payee.currency });
    }
    return payee;
  }

  #requireFunds({ balance, held, minBalance }: WalletRow, amount: bigint): void {
    const short = amount - (balance - held - minBalance);
    if (short <= 0n) return;
    const available = `${balance - held}`;
    throw new No("INSUFFICIENT_FUNDS", { available, required: `${amount}`, shortfall: `${short}` });
  }
}

function stateOf({ id: walletId, balance, held, version }: WalletRow): Fields {
  return {
    walletId,
    balance: `${balance}`,
    held: `${held}`,
    available: `${balance - held}`,
    version: `${version}`,
  };
}

function replayOf(before: OperationRow, caller: string, kind: string, input: Fields): Answer {
  const reused = (fields: string[]): Answer => {
    return { ok: false, code: "IDEMPOTENCY_KEY_REUSED", details: { fields }, replayed: false };
  };
  if (before.caller !== caller) return reused(["idempotencyKey"]);
  if (before.kind !== kind) return reused(["kind"]);
  const names = [...new Set([...Object.keys(before.input), ...Object.keys(input)])];
  const differing = names.filter(
    (name) => JSON.stringify(before.input[name]) !== JSON.stringify(input[name]),
  );
  if (differing.length > 0) return reused(differing);
  return { ...before.outcome, replayed: true } as Answer;
}
