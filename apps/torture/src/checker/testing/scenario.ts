import type { Caller, Reply } from "../../history.ts";
import type { EntryRow, HoldRow, WalletRow } from "../tables.ts";
import { errorReply } from "./replies.ts";
import { Script } from "./script.ts";
import { find, type Row } from "./spoilable-history.ts";
import type { Fields } from "./tiny-store.ts";

const shop: Caller = { tenantId: 1, subject: "shop", role: "service" };
const ada: Caller = { tenantId: 1, subject: "ada", role: "user" };
export const bob: Caller = { tenantId: 1, subject: "bob", role: "user" };
export const mallory: Caller = { tenantId: 1, subject: "mallory", role: "user" };
const other: Caller = { tenantId: 2, subject: "shop", role: "service" };

const OVERLOADED = errorReply("OVERLOADED", 503, { retryAfterSeconds: 1 });
const LOST: Reply = { kind: "lost", reason: "connection" };

/** A short history with one of everything, every call by itself, that a test then spoils in one place. */
export class Scenario extends Script {
  readonly #wallets = new Map<string, string>();
  readonly #holds = new Map<string, string>();

  constructor() {
    super();
    this.#open(ada, "purse");
    this.#open(bob, "till");
    for (const name of ["jar", "bowl", "vault", "spare"]) this.#open(ada, name);
    const [purse, till, jar, bowl, vault] = ["purse", "till", "jar", "bowl", "vault"].map((name) =>
      this.id(name),
    );
    this.#write(shop, "credit", "fund", { walletId: purse, amount: "100" });
    this.#write(ada, "boost", "boost", {
      fromWalletId: purse,
      toWalletId: till,
      amount: "30",
      message: "canary-7",
    });
    this.#write(ada, "debit", "debit", { walletId: purse, amount: "20" });
    this.#write(bob, "transfer", "back", { fromWalletId: till, toWalletId: purse, amount: "5" });
    this.#hold(ada, "hold", { walletId: purse, amount: "25", expiresInSeconds: 60 });
    this.#write(ada, "capture", "part", { holdId: this.hold("hold"), amount: "10", final: false });
    this.#write(ada, "capture", "rest", { holdId: this.hold("hold"), toWalletId: till });
    this.#write(ada, "debit", "too-much", { walletId: purse, amount: "500" });
    this.#write(shop, "credit", "cas", { walletId: purse, amount: "1", ifVersion: "1" });
    this.#write(shop, "credit", "cas-right", { walletId: purse, amount: "1", ifVersion: "7" });
    this.read(ada, "wallets.get", { walletId: purse });
    this.read(ada, "wallets.history", { walletId: purse, limit: 3 });
    this.read(ada, "wallets.mine", {});

    this.#hold(bob, "short", { walletId: till, amount: "10", expiresInSeconds: 1 });
    this.pass(2_000);
    this.#write(bob, "capture", "expired", { holdId: this.hold("short") });

    this.#write({ ...shop, subject: "mallory" }, "credit", "fund", { walletId: purse, amount: "100" });
    this.#write(shop, "credit", "fund", { walletId: purse, amount: "7" });
    this.#write(shop, "credit", "fund", { walletId: purse, amount: "100" });
    this.#write(mallory, "debit", "theft", { walletId: purse, amount: "1" });

    for (const key of ["ten", "ten-more", "ten-again"])
      this.#write(shop, "credit", key, { walletId: jar, amount: "10" });
    this.#write(ada, "debit", "nip", { walletId: jar, amount: "20" });
    for (const key of ["gift", "gift-too"]) {
      this.#write(ada, "transfer", key, { fromWalletId: purse, toWalletId: bowl, amount: "4" });
    }
    this.#write(shop, "credit", "stock", { walletId: vault, amount: "100" });
    this.#hold(ada, "vault-hold", { walletId: vault, amount: "20", expiresInSeconds: 60 });
    this.#write(ada, "capture", "vault-capture", { holdId: this.hold("vault-hold"), amount: "20" });
    const [one, tooMuch] = [
      { kind: "debit", walletId: purse, amount: "1" },
      { kind: "debit", walletId: till, amount: "9000" },
    ];
    this.#write(shop, "batch", "batch", { atomic: false, commands: [one, tooMuch] });
    this.#write(shop, "batch", "whole", { atomic: true, commands: [one, tooMuch] });

    this.#write(
      shop,
      "credit",
      "never",
      { walletId: purse, amount: "1" },
      { reply: OVERLOADED, executed: false },
    );
    this.#write(shop, "credit", "lost", { walletId: purse, amount: "1" }, { reply: LOST, executed: true });
    this.#write(
      shop,
      "credit",
      "lost-too",
      { walletId: purse, amount: "1" },
      { reply: LOST, executed: false },
    );
    this.#open(other, "foreign");
    this.#write(other, "credit", "fund", { walletId: this.id("foreign"), amount: "100" });
    this.#write(shop, "credit", "last", { walletId: purse, amount: "3" });
  }

  id(name: string): string {
    return this.#wallets.get(name) ?? "";
  }

  hold(key: string): string {
    return this.#holds.get(key) ?? "";
  }

  wallet(name: string): Row<WalletRow> {
    return find(this.tables.wallets, ({ id }) => id === this.id(name));
  }

  holdRow(key: string): Row<HoldRow> {
    return find(this.tables.holds, ({ id }) => id === this.hold(key));
  }

  entries(name: string): Row<EntryRow>[] {
    return this.tables.entries.filter(({ walletId }) => walletId === this.id(name));
  }

  /** The entry of an operation on a wallet. */
  entry(key: string, name: string): Row<EntryRow> {
    return find(this.entries(name), ({ operationId }) => operationId === this.operation(key).id);
  }

  #open(caller: Caller, name: string): void {
    const input = { currency: "sat", ...(caller.role === "user" ? {} : { ownerId: "eve" }) };
    const reply = this.#write(caller, "open", `open-${name}`, input);
    if (reply.kind === "success") this.#wallets.set(name, `${reply.data["walletId"]}`);
  }

  #hold(caller: Caller, key: string, input: Fields): void {
    const reply = this.#write(caller, "hold", key, input);
    if (reply.kind === "success") this.#holds.set(key, `${reply.data["holdId"]}`);
  }

  #write(
    caller: Caller,
    kind: string,
    idempotencyKey: string,
    input: Fields,
    fate?: { reply?: Reply; executed: boolean },
  ): Reply {
    return this.write(caller, `wallets.${kind}`, idempotencyKey, input, fate);
  }
}
