import type { Caller } from "../../history.ts";
import type { OperationRow, WalletRow } from "../tables.ts";
import { read } from "./tiny-reads.ts";
import { readShows } from "./tiny-show-reads.ts";
import { type Moment, TinyShows } from "./tiny-shows.ts";
import {
  type Answer,
  type Fields,
  No,
  stateOf,
  type TinyHold,
  TinyStore,
  type TinyTables,
  type TinyWallet,
} from "./tiny-store.ts";

/**
 * Holdfast as small as can be, for histories that are right: one thread, plain arrays, changes undone when a batch is
 * refused. It shares nothing with the product nor with the checker's model, so that a mistake in one of them shows.
 */
export class TinyHoldfast {
  readonly #store = new TinyStore();
  readonly #shows = new TinyShows(this.#store);
  #by: Caller = { tenantId: 0, subject: "", role: "user" };
  #nowMs = 0;
  #operationId = "";

  execute(by: Caller, kind: string, { idempotencyKey, ...sent }: Fields, nowMs: number): Answer {
    const input = this.#shows.recorded(sent);
    this.#by = by;
    this.#nowMs = nowMs;
    this.#store.forgetUndo();
    const { fromWalletId, sessionId, minute } = input;
    const key =
      kind === "wallets.stream"
        ? `holdfast:stream:${fromWalletId}:${sessionId}:${minute}`
        : `${idempotencyKey}`;
    for (const step of [input, ...((input["commands"] ?? []) as Fields[])]) this.#expireDue(step);
    this.#expireSeats(this.#shows.showOf(input));
    const caller = `${by.role}:${by.subject}`;
    const before = this.#store.operations.get(`${by.tenantId} ${key}`);
    if (before !== undefined) return this.#tell(replayOf(before, caller, kind, input));

    this.#operationId = this.#store.newId();
    const answer = this.#attempt(() =>
      kind.startsWith("wallets.")
        ? this.#run(kind.slice("wallets.".length), input)
        : this.#shows.run(kind, input, this.#moment()),
    );
    const passing = ["NOT_FOUND", "FORBIDDEN", "SAME_WALLET", "CURRENCY_MISMATCH", "BAD_REQUEST"];
    if (!answer.ok && passing.includes(answer.code)) return answer;
    this.#record(key, kind, caller, input, answer);
    return this.#tell(answer);
  }

  #tell(answer: Answer): Answer {
    return answer.ok ? { ...answer, data: this.#shows.told(answer.data) } : answer;
  }

  read(by: Caller, kind: string, input: Fields, nowMs: number): Answer {
    if (kind.startsWith("wallets.")) return read(this.#store, by, kind, input, nowMs);
    return this.#attempt(() => readShows(this.#store, this.#shows, { by, kind, input, nowMs }));
  }

  get tables(): TinyTables {
    return this.#store.tables;
  }

  #record(idempotencyKey: string, kind: string, caller: string, input: Fields, answer: Answer): void {
    const { tenantId } = this.#by;
    const { replayed: _, ...outcome } = answer;
    const id = this.#operationId;
    const createdAtMs = this.#nowMs;
    this.#store.addOperation({ tenantId, id, idempotencyKey, kind, caller, input, outcome, createdAtMs });
  }

  #expireDue({ walletId, fromWalletId, toWalletId, holdId }: Fields): void {
    const store = this.#store;
    const named = store.holds.get(`${holdId}`);
    const near = [walletId, fromWalletId, toWalletId].flatMap((id) => store.live(`${id}`));
    for (const hold of new Set(named === undefined ? near : [...near, named])) {
      const live = hold.status === "open" || hold.status === "partially_captured";
      const wallet = store.wallets.get(hold.walletId);
      const ours = hold.tenantId === this.#by.tenantId;
      if (!ours || !live || hold.expiresAtMs > this.#nowMs || wallet === undefined) continue;
      this.#operationId = store.newId();
      const data = this.#close(hold, wallet, "expired", 0n);
      const input = { holdId: hold.id };
      const answer: Answer = { ok: true, data, replayed: false };
      this.#record(`holdfast:expire:${hold.id}`, "wallets.expire", "system:holdfast", input, answer);
    }
  }

  #expireSeats(showId: string): void {
    for (const reservation of this.#shows.due(showId, this.#nowMs)) {
      if (reservation.tenantId !== this.#by.tenantId) continue;
      this.#operationId = this.#store.newId();
      const input = { reservationId: reservation.id };
      const data = this.#shows.expire(reservation, this.#moment());
      const answer: Answer = { ok: true, data, replayed: false };
      this.#record(`holdfast:expire:${reservation.id}`, "seats.expire", "system:holdfast", input, answer);
    }
  }

  #moment(): Moment {
    const { tenantId } = this.#by;
    return {
      by: this.#by,
      nowMs: this.#nowMs,
      operationId: this.#operationId,
      ownsWallet: (id) => this.#store.wallets.get(id)?.tenantId === tenantId,
      pay: (walletId, toWalletId, price) => {
        const payer = this.#owned(walletId, "walletId");
        const payee = this.#payee({ toWalletId }, payer);
        this.#requireFunds(payer, price);
        this.#move(payer, -price, 0n);
        const told = this.#told(payer);
        if (payee !== undefined) this.#move(payee, price, 0n);
        return told;
      },
    };
  }

  #attempt(work: () => Fields): Answer {
    try {
      return { ok: true, data: this.#store.orUndo(work), replayed: false };
    } catch (no) {
      if (!(no instanceof No)) throw no;
      return { ok: false, code: no.code, details: no.details, replayed: false };
    }
  }

  #run(kind: string, input: Fields): Fields {
    if (kind === "open") return this.#open(input);
    if (kind === "batch") return this.#batch(input);
    if (kind === "capture" || kind === "release") return this.#settle(kind, input);
    const amount = BigInt(`${input["amount"]}`);
    const field = "fromWalletId" in input ? "fromWalletId" : "walletId";
    if (kind === "credit" && this.#by.role === "user") throw new No("FORBIDDEN", { needs: "service" });
    const payer = this.#owned(`${input[field]}`, field);
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
      id: this.#store.newId(),
      ownerId: owner,
      currency: `${currency}`,
      minBalance: least,
      ...zero,
    };
    this.#store.addWallet(row);
    return { ...this.#told(row), ownerId: owner, currency, minBalance: `${least}` };
  }

  #place(wallet: WalletRow, amount: bigint, seconds: number): Fields {
    const { tenantId } = this.#by;
    const [id, expiresAtMs] = [this.#store.newId(), this.#nowMs + seconds * 1000];
    const named = { tenantId, id, walletId: wallet.id, operationId: this.#operationId };
    const row = { ...named, amount, captured: 0n, status: "open", expiresAtMs };
    this.#store.addHold(row);
    return { holdId: id, amount: `${amount}`, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  #settle(kind: "capture" | "release", input: Fields): Fields {
    const hold = this.#store.holds.get(`${input["holdId"]}`);
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

  #close(hold: TinyHold, wallet: TinyWallet, status: string, taken: bigint): Fields {
    const left = hold.amount - hold.captured;
    const captured = hold.captured + taken;
    const goesOn = status === "partially_captured";
    this.#store.changeHold(hold, { status, captured });
    this.#move(wallet, -taken, goesOn ? -taken : -left);
    const remaining = `${goesOn ? left - taken : 0n}`;
    return { ...this.#told(wallet), holdId: hold.id, status, captured: `${captured}`, remaining };
  }

  #move(wallet: TinyWallet, amount: bigint, heldChange: bigint): void {
    this.#store.move(wallet, this.#operationId, amount, heldChange);
  }

  #told(wallet: WalletRow): Fields {
    return { operationId: this.#operationId, ...stateOf(wallet) };
  }

  #owned(id: string, what: string): TinyWallet {
    const wallet = this.#store.wallets.get(id);
    const mine = wallet?.ownerId === this.#by.subject || this.#by.role !== "user";
    if (wallet === undefined || wallet.tenantId !== this.#by.tenantId || !mine)
      throw new No("NOT_FOUND", { what });
    return wallet;
  }

  #payee({ toWalletId }: Fields, payer: WalletRow): TinyWallet | undefined {
    if (toWalletId === undefined) return undefined;
    if (toWalletId === payer.id) throw new No("SAME_WALLET", {});
    const payee = this.#store.wallets.get(`${toWalletId}`);
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
