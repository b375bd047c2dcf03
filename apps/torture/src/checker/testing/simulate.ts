import type { Caller, HistoryEvent, Reply } from "../../history.ts";
import { createRandom, type Random } from "../../random.ts";
import { type Answer, type Fields, TinyHoldfast, type TinyTables } from "./tiny-holdfast.ts";

export interface Simulated {
  events: HistoryEvent[];
  tables: TinyTables;
}

export interface SimulateOptions {
  readonly seed: number;
  /** The history has about twice as many lines. */
  readonly attempts: number;
  readonly clients?: number;
}

interface Intent {
  readonly caller: Caller;
  readonly procedure: string;
  readonly input: Fields;
}

/** When the database's clock begins; the clients' begins at zero. */
const EPOCH_MS = Date.UTC(2026, 10, 1);
const DEADLINE_MS = 3_000;
const QUERIES = ["wallets.get", "wallets.history", "wallets.mine"];
const service = (tenantId: number): Caller => ({ tenantId, subject: "shop", role: "service" });

/**
 * A right history, made without a clock and without a database: clients at once against one tiny Holdfast, with
 * replies that are lost, come late or were never earned, retries, duplicates, keys of other people, and reads.
 */
export function simulate(options: SimulateOptions): Simulated {
  return new Simulation(options).run();
}

class Simulation {
  readonly #random: Random;
  readonly #holdfast = new TinyHoldfast();
  readonly #events: HistoryEvent[] = [];
  readonly #agenda: { atMs: number; act: () => void }[] = [];
  readonly #wallets: { id: string; tenantId: number; ownerId: string; version: string }[] = [];
  readonly #holds: { id: string; tenantId: number; ownerId: string; amount: number }[] = [];
  readonly #past: Intent[] = [];
  readonly #attempts: number;
  readonly #clients: number;
  #sent = 0;
  #keys = 0;
  #nowMs = 0;

  constructor({ seed, attempts, clients = 12 }: SimulateOptions) {
    this.#random = createRandom(seed);
    this.#attempts = attempts;
    this.#clients = clients;
  }

  run(): Simulated {
    for (const tenantId of [1, 2]) for (let at = 0; at < 6; at++) this.#openFunded(tenantId, at);
    for (let client = 0; client < this.#clients; client++) this.#later(1_000 + client, () => this.#work());
    for (let next = this.#soonest(); next !== undefined; next = this.#soonest()) {
      this.#nowMs = next.atMs;
      next.act();
    }
    return { events: this.#events, tables: this.#holdfast.tables };
  }

  #soonest(): { atMs: number; act: () => void } | undefined {
    // A few dozen appointments at most: no heap is needed.
    let best = 0;
    for (let at = 1; at < this.#agenda.length; at++) {
      if ((this.#agenda[at]?.atMs ?? 0) < (this.#agenda[best]?.atMs ?? 0)) best = at;
    }
    return this.#agenda.splice(best, 1)[0];
  }

  #later(ms: number, act: () => void): void {
    this.#agenda.push({ atMs: this.#nowMs + ms, act });
  }

  #openFunded(tenantId: number, at: number): void {
    const ownerId = ["ada", "bob", "eve"][at % 3] ?? "ada";
    const currency = at === 5 ? "eur" : "sat";
    const least = at === 4 ? { minBalance: "-200" } : {};
    const open = { idempotencyKey: `open-${at}`, currency, ownerId, ...least };
    this.#until(10 * at, { caller: service(tenantId), procedure: "wallets.open", input: open }, (data) => {
      const id = `${data["walletId"]}`;
      this.#wallets.push({ id, tenantId, ownerId, version: "0" });
      const credit = { idempotencyKey: `fund-${at}`, walletId: id, amount: "500" };
      this.#until(1, { caller: service(tenantId), procedure: "wallets.credit", input: credit }, () => {});
    });
  }

  /** One client's life: an intent, retried until it is settled, then mischief, then the next. */
  #work(): void {
    if (this.#sent >= this.#attempts) return;
    const random = this.#random;
    const old = random.chance(0.06) && this.#past.length > 0 ? random.pick(this.#past) : undefined;
    const intent = old === undefined ? this.#intent() : this.#poisoned(old);
    if (old === undefined && !QUERIES.includes(intent.procedure)) this.#past.push(intent);
    if (random.chance(0.04)) this.#send(intent, () => {});
    this.#until(
      0,
      intent,
      (data) => this.#learn(intent, data),
      () => this.#later(random.whole(0, 5), () => this.#work()),
    );
  }

  #until(
    ms: number,
    intent: Intent,
    learn: (data: Fields) => void,
    done: () => void = () => {},
    tries = 0,
  ): void {
    this.#later(ms, () =>
      this.#send(intent, (reply) => {
        if (reply.kind === "success") learn(reply.data);
        const open = reply.kind !== "success" && (reply.kind !== "error" || isOpen(reply.code));
        // Some give up for good, so that some outcomes are never told.
        if (open && (tries < 1 || this.#random.chance(0.8))) this.#until(5, intent, learn, done, tries + 1);
        else done();
      }),
    );
  }

  #send(intent: Intent, then: (reply: Reply) => void): void {
    const random = this.#random;
    const attempt = ++this.#sent;
    const sent = {
      type: "sent",
      attempt,
      atMs: this.#nowMs,
      server: 0,
      deadlineMs: DEADLINE_MS,
      ...intent,
    } as const;
    this.#events.push(sent);
    const reply = (ms: number, what: Reply): void =>
      this.#later(ms, () => {
        this.#events.push({ type: "replied", attempt, atMs: this.#nowMs, reply: what });
        then(what);
      });
    const fate = random.next();
    if (fate < 0.03) reply(random.whole(1, 20), random.pick(NOT_EXECUTED));
    else if (fate < 0.06) reply(random.whole(1, 50), random.pick(UNKNOWN));
    else {
      this.#later(random.next() * 8, () => {
        const answer = this.#execute(intent);
        if (fate >= 0.1) reply(random.next() * 8, replyOf(answer));
      });
      // Given up before it is even executed, or after.
      if (fate < 0.1) reply(random.next() * 16, random.pick(UNKNOWN));
    }
  }

  #execute({ caller, procedure, input }: Intent): Answer {
    const nowMs = EPOCH_MS + Math.floor(this.#nowMs);
    if (QUERIES.includes(procedure)) return this.#holdfast.read(caller, procedure, input, nowMs);
    return this.#holdfast.execute(caller, procedure, input, nowMs);
  }

  #learn({ procedure, input }: Intent, data: Fields): void {
    const { walletId, version, holdId } = data;
    const wallet = this.#wallets.find(({ id }) => id === walletId);
    if (wallet === undefined) return;
    if (typeof version === "string") wallet.version = version;
    const { tenantId, ownerId } = wallet;
    if (procedure === "wallets.hold")
      this.#holds.push({ id: `${holdId}`, tenantId, ownerId, amount: Number(input["amount"]) });
  }

  /** The same key again: late, with another amount, another kind, or by somebody else. */
  #poisoned(old: Intent): Intent {
    const { caller, procedure, input } = old;
    const how = this.#random.whole(0, 3);
    if (how === 0 && "amount" in input) return { ...old, input: { ...input, amount: "7" } };
    if (how === 1) return { ...old, caller: { ...caller, subject: "mallory" } };
    if (how === 2 && procedure === "wallets.transfer") return { ...old, procedure: "wallets.boost" };
    return old;
  }

  #intent(): Intent {
    const random = this.#random;
    const from = random.pick(this.#wallets);
    const peers = this.#wallets.filter(({ tenantId }) => tenantId === from.tenantId);
    const to = random.pick(random.chance(0.05) ? this.#wallets : peers);
    const owner: Caller = { tenantId: from.tenantId, subject: from.ownerId, role: "user" };
    const stranger: Caller = { tenantId: from.tenantId, subject: "mallory", role: "user" };
    const caller = random.chance(0.03) ? stranger : random.chance(0.5) ? owner : service(from.tenantId);
    const idempotencyKey = `key-${++this.#keys}`;
    const amount = `${random.chance(0.1) ? random.whole(100, 900) : random.whole(1, 60)}`;
    const guard = random.chance(0.1) ? { ifVersion: from.version } : {};
    const between = { fromWalletId: from.id, toWalletId: to.id, amount };
    const hold = this.#holds.length > 0 ? random.pick(this.#holds) : undefined;
    const holder: Caller = { tenantId: hold?.tenantId ?? 1, subject: hold?.ownerId ?? "", role: "user" };
    // Few wallets, so that they are contended and lists of them short.
    const kind = random.chance(0.002) ? "open" : random.pick(KINDS);
    const make = (input: Fields, by = caller): Intent => {
      return { caller: by, procedure: `wallets.${kind}`, input: { idempotencyKey, ...input } };
    };
    if (kind === "open") return make({ currency: "sat" }, owner);
    if (kind === "credit")
      return make(
        { walletId: from.id, amount, ...guard },
        random.chance(0.9) ? service(from.tenantId) : owner,
      );
    if (kind === "debit") return make({ walletId: from.id, amount, memo: "canary-1", ...guard });
    if (kind === "transfer") return make({ ...between, ...guard });
    if (kind === "boost") return make({ ...between, message: "canary-2" });
    if (kind === "stream") {
      const tick = { sessionId: "s", minute: random.whole(1, 30) };
      return { caller: owner, procedure: "wallets.stream", input: { ...between, amount: "2", ...tick } };
    }
    if (kind === "hold")
      return make({ walletId: from.id, amount, expiresInSeconds: random.whole(1, 3), ...guard });
    if (kind === "batch") {
      const commands = Array.from({ length: random.whole(1, 5) }, () =>
        this.#step(
          peers.map(({ id }) => id),
          hold?.id,
        ),
      );
      return make({ atomic: random.chance(0.5), commands }, service(from.tenantId));
    }
    if (kind === "release" || kind === "capture") {
      const part = random.chance(0.5)
        ? { amount: `${random.whole(1, (hold?.amount ?? 1) + 3)}`, final: random.chance(0.5) }
        : {};
      const away = random.chance(0.5) ? { toWalletId: to.id } : {};
      return make({ holdId: hold?.id ?? to.id, ...(kind === "capture" ? { ...part, ...away } : {}) }, holder);
    }
    const page = random.chance(0.5) ? { before: from.version, limit: random.whole(1, 5) } : {};
    const what =
      { get: { walletId: from.id }, history: { walletId: from.id, ...page }, mine: {} }[kind] ?? {};
    return { caller: kind === "mine" ? owner : caller, procedure: `wallets.${kind}`, input: what };
  }

  #step(wallets: readonly string[], holdId: string | undefined): Fields {
    const random = this.#random;
    const [walletId, toWalletId] = [random.pick(wallets), random.pick(wallets)];
    const amount = `${random.chance(0.2) ? random.whole(100, 900) : random.whole(1, 90)}`;
    const step = random.whole(0, holdId === undefined ? 4 : 6);
    if (step === 0) return { kind: "credit", walletId, amount };
    if (step === 1) return { kind: "hold", walletId, amount, expiresInSeconds: random.whole(1, 2) };
    if (step === 2 && random.chance(0.01)) return { kind: "open", currency: "sat", ownerId: "ada" };
    if (step === 3) return { kind: "debit", walletId, amount };
    if (step === 5) return { kind: "capture", holdId };
    if (step === 6) return { kind: "release", holdId };
    return { kind: "transfer", fromWalletId: walletId, toWalletId, amount };
  }
}

const KINDS = [
  ...["credit", "debit", "transfer", "transfer", "boost", "stream", "hold", "hold"],
  ...["capture", "capture", "release", "batch", "get", "history", "mine"],
] as const;

const NOT_EXECUTED: readonly Reply[] = [
  errorReply("OVERLOADED", 503, { retryAfterSeconds: 1 }),
  errorReply("UNAVAILABLE", 503, { retryAfterSeconds: 1 }),
  errorReply("TIMEOUT", 504, { outcome: "not_started" }),
];
const UNKNOWN: readonly Reply[] = [
  { kind: "lost", reason: "connection" },
  { kind: "lost", reason: "gave-up" },
  { kind: "unreadable", httpStatus: 502, body: "<h1>Bad Gateway</h1>" },
  errorReply("TIMEOUT", 504, { outcome: "unknown" }),
  errorReply("INTERNAL", 500, { id: "5f8f3c1e-0000-4000-8000-000000000000" }),
];

function isOpen(code: string): boolean {
  return ["OVERLOADED", "UNAVAILABLE", "TIMEOUT", "INTERNAL"].includes(code);
}

export function replyOf(answer: Answer): Reply {
  if (!answer.ok) return errorReply(answer.code, 409, answer.details, answer.replayed);
  // Like JSON on its way: nothing is shared with the tables.
  const data = structuredClone(answer.data);
  return { kind: "success", data: Array.isArray(data) ? data : { ...data, replayed: answer.replayed } };
}

export function errorReply(code: string, httpStatus: number, details: unknown, replayed = false): Reply {
  const body = JSON.stringify({ error: { message: "In words.", data: { code, details, replayed } } });
  return { kind: "error", httpStatus, code, details, replayed, body };
}
