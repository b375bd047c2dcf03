import { type Caller, QUERIES } from "../../history.ts";
import type { Random } from "../../random.ts";
import type { Intent } from "./intent.ts";
import { ShowIntents } from "./show-intents.ts";
import type { Fields } from "./tiny-store.ts";

const KINDS = [
  ...["credit", "debit", "transfer", "transfer", "boost", "stream", "hold", "hold"],
  ...["capture", "capture", "release", "batch", "get", "history", "mine", "balanceAt"],
] as const;

const service = (tenantId: number): Caller => ({ tenantId, subject: "shop", role: "service" });

interface KnownWallet {
  readonly id: string;
  readonly tenantId: number;
  readonly ownerId: string;
  version: string;
}

/** What clients come up with, by what they have been told so far: of everything something, wrong things among it. */
export class Intents {
  readonly #random: Random;
  readonly #wallets: KnownWallet[] = [];
  readonly #holds: { id: string; tenantId: number; ownerId: string; amount: number }[] = [];
  readonly #past: Intent[] = [];
  readonly #shows: ShowIntents;
  #keys = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#shows = new ShowIntents(random.fork());
  }

  /** What there must be before anything else: six wallets in each of two tenants, with some credit. */
  opening(tenantId: number, at: number): Intent {
    const ownerId = ["ada", "bob", "eve"][at % 3];
    const least = at === 4 ? { minBalance: "-200" } : {};
    const input = { idempotencyKey: `open-${at}`, currency: at === 5 ? "eur" : "sat", ownerId, ...least };
    return { caller: service(tenantId), procedure: "wallets.open", input };
  }

  funding({ caller, input }: Intent, { walletId }: Fields): Intent {
    const idempotencyKey = `fund-${input["idempotencyKey"]}`;
    return { caller, procedure: "wallets.credit", input: { idempotencyKey, walletId, amount: "500" } };
  }

  next(): Intent {
    if (this.#random.chance(0.06) && this.#past.length > 0)
      return this.#poisoned(this.#random.pick(this.#past));
    const intent = this.#fresh();
    if (!QUERIES.has(intent.procedure)) this.#past.push(intent);
    return intent;
  }

  learn(intent: Intent, data: Fields): void {
    this.#shows.learn(intent, data);
    const { caller, procedure, input } = intent;
    const { walletId, version, holdId } = data;
    if (procedure === "wallets.open") {
      const ownerId = `${data["ownerId"]}`;
      // A few wallets are enough to meet in.
      if (this.#wallets.length < 20) {
        this.#wallets.push({ id: `${walletId}`, tenantId: caller.tenantId, ownerId, version: "0" });
      }
    }
    const wallet = this.#wallets.find(({ id }) => id === walletId);
    if (wallet === undefined) return;
    if (typeof version === "string") wallet.version = version;
    if (procedure !== "wallets.hold") return;
    const { tenantId, ownerId } = wallet;
    this.#holds.push({ id: `${holdId}`, tenantId, ownerId, amount: Number(input["amount"]) });
  }

  /** The same key again: late, with another amount, another kind, or by somebody else. */
  #poisoned(old: Intent): Intent {
    const { caller, procedure, input } = old;
    const how = this.#random.whole(0, 3);
    if (how === 0 && "amount" in input) return { ...old, input: { ...input, amount: "7" } };
    if (how === 1) return { ...old, caller: { ...caller, subject: "mallory" } };
    if (how === 2 && procedure === "wallets.debit") return { ...old, procedure: "wallets.credit" };
    return old;
  }

  #fresh(): Intent {
    const random = this.#random;
    const from = random.pick(this.#wallets);
    const { tenantId } = from;
    const peers = this.#wallets.filter((wallet) => wallet.tenantId === tenantId);
    const to = random.pick(random.chance(0.05) ? this.#wallets : peers);
    const owner: Caller = { tenantId, subject: from.ownerId, role: "user" };
    const stranger: Caller = { ...owner, subject: "mallory" };
    const caller = random.chance(0.03) ? stranger : random.chance(0.5) ? owner : service(tenantId);
    const amount = `${random.chance(0.1) ? random.whole(100, 900) : random.whole(1, 60)}`;
    const guard = random.chance(0.1) ? { ifVersion: from.version } : {};
    const between = { fromWalletId: from.id, toWalletId: to.id, amount };
    const kind = random.chance(0.002) ? "open" : random.pick(KINDS);
    const idempotencyKey = `key-${++this.#keys}`;
    const aboutSeats = random.chance(0.35) ? this.#shows.next(tenantId, idempotencyKey, peers) : undefined;
    if (aboutSeats !== undefined) return aboutSeats;
    const write = (input: Fields, by = caller): Intent => {
      return { caller: by, procedure: `wallets.${kind}`, input: { idempotencyKey, ...input } };
    };
    switch (kind) {
      case "open":
        return write({ currency: "sat" }, owner);
      case "credit":
        return write({ walletId: from.id, amount, ...guard }, random.chance(0.9) ? service(tenantId) : owner);
      case "debit":
        return write({ walletId: from.id, amount, ...guard });
      case "transfer":
        return write({ ...between, memo: "canary-1", ...guard });
      case "boost":
        return write({ ...between, message: "canary-2" });
      case "stream": {
        const tick = { ...between, amount: "2", sessionId: "s", minute: random.whole(1, 30) };
        return { caller: owner, procedure: "wallets.stream", input: tick };
      }
      case "hold":
        return write({ walletId: from.id, amount, expiresInSeconds: random.whole(1, 3), ...guard });
      case "batch": {
        const commands = Array.from({ length: random.whole(1, 5) }, () => this.#step(peers));
        return write({ atomic: random.chance(0.5), commands }, service(tenantId));
      }
      case "capture":
      case "release":
        return this.#settling(kind, idempotencyKey, to);
      default:
        return {
          caller: kind === "mine" ? owner : caller,
          procedure: `wallets.${kind}`,
          input: this.#query(kind, from),
        };
    }
  }

  #query(kind: "get" | "history" | "mine" | "balanceAt", { id: walletId, version }: KnownWallet): Fields {
    if (kind === "mine") return {};
    if (kind === "balanceAt")
      return { walletId, version: `${Number(version) + this.#random.whole(-2, 1)}`.replace("-", "") };
    if (kind === "get" || this.#random.chance(0.5)) return { walletId };
    return { walletId, before: version, limit: this.#random.whole(1, 5) };
  }

  #settling(kind: "capture" | "release", idempotencyKey: string, to: KnownWallet): Intent {
    const random = this.#random;
    const hold = this.#holds.length > 0 ? random.pick(this.#holds) : undefined;
    const caller: Caller = { tenantId: hold?.tenantId ?? 1, subject: hold?.ownerId ?? "", role: "user" };
    const input = { idempotencyKey, holdId: hold?.id ?? to.id };
    if (kind === "release") return { caller, procedure: "wallets.release", input };
    const part = { amount: `${random.whole(1, (hold?.amount ?? 1) + 3)}`, final: random.chance(0.5) };
    const away = random.chance(0.5) ? { toWalletId: to.id } : {};
    return {
      caller,
      procedure: "wallets.capture",
      input: { ...input, ...(random.chance(0.5) ? part : {}), ...away },
    };
  }

  #step(peers: readonly KnownWallet[]): Fields {
    const random = this.#random;
    const [walletId, toWalletId] = [random.pick(peers).id, random.pick(peers).id];
    const holdId = this.#holds.length > 0 ? random.pick(this.#holds).id : walletId;
    const amount = `${random.chance(0.2) ? random.whole(100, 900) : random.whole(1, 90)}`;
    if (random.chance(0.005)) return { kind: "open", currency: "sat", ownerId: "ada" };
    const kind = random.pick(["credit", "debit", "hold", "capture", "release", "transfer", "transfer"]);
    if (kind === "capture" || kind === "release") return { kind, holdId };
    if (kind === "hold") return { kind, walletId, amount, expiresInSeconds: random.whole(1, 2) };
    if (kind === "transfer") return { kind, fromWalletId: walletId, toWalletId, amount };
    return { kind, walletId, amount };
  }
}
