import { LAYOUT } from "../generate/hints.ts";
import { Known } from "../generate/known.ts";
import { batchOf, type CallerName, callOf, type RequestParts, render } from "../generate/request.ts";
import { exchange } from "../wire/exchange.ts";

/** Whoever owns things in a tenant, and what can be seen of theirs by others: nothing. */
export const OWNERS = ["ada", "bob", "hidden"] as const;
export type Owner = (typeof OWNERS)[number];

export interface StockOptions {
  readonly port: number;
  readonly authorizationOf: (caller: CallerName | "hidden") => string | undefined;
  /** What everything that is written here says, so that it is known again wherever it turns up. */
  readonly markOf: (owner: Owner) => string;
}

/** A small, real workload of one tenant: what fuzzed requests then name, and recordings of how it is asked for. */
export class Stock {
  /** What ada, bob and their services were told. */
  readonly known = new Known();
  /** What "hidden" was told: nobody else may hear of it. */
  readonly hidden = new Known();
  readonly recordings: Buffer[] = [];
  readonly #options: StockOptions;
  readonly #wallets: Record<Owner, string[]> = { ada: [], bob: [], hidden: [] };
  #keys = 0;
  #newestShow = "";

  constructor(options: StockOptions) {
    this.#options = options;
  }

  /** Opens what all that follows needs. */
  async open(): Promise<void> {
    for (const owner of OWNERS) {
      for (let count = 0; count < 2; count++) {
        const opened = await this.#write("studio", owner, "wallets.open", {
          currency: "sat",
          ownerId: owner,
        });
        this.#wallets[owner].push((opened as { walletId: string }).walletId);
      }
    }
    await this.#openShow();
    await this.#openWebhooks();
    await this.renew();
    await this.#read();
  }

  /** Makes new what fuzzed requests use up: credit, holds, reservations, conversations. */
  async renew(): Promise<void> {
    for (const owner of OWNERS) {
      const memo = this.#options.markOf(owner);
      const caller = owner === "hidden" ? "hidden" : owner;
      const [walletId] = this.#wallets[owner];
      for (const id of this.#wallets[owner])
        await this.#write("studio", owner, "wallets.credit", { walletId: id, amount: "100000", memo });
      const hold = { walletId, amount: "200", expiresInSeconds: 86_400, memo };
      for (let count = 0; count < 3; count++) await this.#write(caller, owner, "wallets.hold", hold);
      await this.#write(caller, owner, "wallets.debit", { walletId, amount: "1", memo });
      const begun = await this.#write(caller, owner, "conversations.create", { title: memo });
      const { conversationId } = begun as { conversationId?: string };
      const messages = [1, 2].map((at) => messageOf(`${owner}-${at}`, memo));
      await this.#write(caller, owner, "conversations.append", { conversationId, messages });
      if (owner !== "hidden") {
        const message = messageOf(`${owner}-asks`, memo);
        await this.#write(caller, owner, "conversations.send", {
          conversationId,
          message,
          whenBusy: "queue",
        });
      }
    }
    // Not one that an answer named: the OpenAPI document tells of a show that is only an example.
    const showId = this.#newestShow;
    const best = { bestAvailable: { quantity: 2 }, expiresInSeconds: 600, replace: true };
    for (const customerId of ["ada", "bob", "studio"])
      await this.#write("studio", "ada", "seats.reserve", { showId, customerId, ...best });
    const [fromWalletId] = this.#wallets.ada;
    const [toWalletId] = this.#wallets.bob;
    const between = { fromWalletId, toWalletId, amount: "1" };
    await this.#write("ada", "ada", "wallets.transfer", { ...between, memo: this.#options.markOf("ada") });
    await this.#write("ada", "ada", "wallets.boost", { ...between, message: this.#options.markOf("ada") });
    await this.#write("ada", "ada", "wallets.stream", { ...between, sessionId: "stock", minute: this.#keys });
    const commands = [
      { kind: "debit", walletId: fromWalletId, amount: "1" },
      { kind: "transfer", ...between },
    ];
    await this.#write("studio", "ada", "wallets.batch", { atomic: false, commands });
  }

  async #openShow(): Promise<void> {
    const [walletId] = this.#wallets.ada;
    const made = await this.#write("studio", "ada", "shows.create", {
      name: this.#options.markOf("ada"),
      walletId,
      ...LAYOUT,
    });
    this.#newestShow = (made as { showId: string }).showId;
  }

  /** Not made new: whoever removes one makes one as often. */
  async #openWebhooks(): Promise<void> {
    for (const topics of [["wallet"], ["show", "conversation"]])
      await this.#write("root", "ada", "webhooks.create", { url: "https://example.com/hooks", topics });
  }

  /** Requests of every other form, for their recordings. */
  async #read(): Promise<void> {
    const id = (field: string) => this.known.pick(field, 0);
    const queries: Readonly<Record<string, object>> = {
      "wallets.mine": {},
      "wallets.get": { walletId: id("walletId") },
      "wallets.history": { walletId: id("walletId"), limit: 5 },
      "wallets.balanceAt": { walletId: id("walletId"), version: "1" },
      "shows.list": {},
      "shows.get": { showId: id("showId") },
      "seats.check": { token: id("token") },
      "conversations.list": {},
      "conversations.messages": { conversationId: id("conversationId") },
      "conversations.exportJson": { conversationId: id("conversationId") },
      "operations.explain": { operationId: id("operationId") },
    };
    for (const [path, input] of Object.entries(queries))
      await this.#send("studio", callOf(path, "query", input));
    await this.#send(
      "studio",
      batchOf(["wallets.mine", "wallets.get"], "query", [{}, { walletId: id("walletId") }]),
    );
    const debit = () => ({ idempotencyKey: this.#key(), walletId: id("walletId"), amount: "1" });
    await this.#send("studio", batchOf(["wallets.debit", "wallets.debit"], "mutation", [debit(), debit()]));
    const topics = [{ kind: "wallet", id: id("walletId") }];
    this.recordings.push(this.#bytes("studio", callOf("changes.watch", "subscription", { topics })));
  }

  #key(): string {
    return `stock-${this.#keys++}`;
  }

  async #write(caller: CallerName | "hidden", owner: Owner, path: string, input: object): Promise<object> {
    const keyed = path === "wallets.stream" ? input : { idempotencyKey: this.#key(), ...input };
    const data = await this.#send(caller, callOf(path, "mutation", keyed));
    (owner === "hidden" ? this.hidden : this.known).learn(data);
    // A call under a key that was used up is only a replay; what is recorded shall be executed when its bytes allow it.
    return data;
  }

  async #send(caller: CallerName | "hidden", parts: RequestParts): Promise<object> {
    const bytes = this.#bytes(caller, parts);
    const { responses } = await exchange(this.#options.port, {
      bytes,
      whole: true,
      stream: false,
      bodiless: false,
    });
    const [response] = responses;
    if (response?.status !== 200 && response?.status !== 207)
      throw new Error(
        `the stock can't be made: ${response?.status} ${response?.body ?? "no answer"} for ${bytes.toString()}`,
      );
    if (caller !== "hidden" && this.recordings.length < MAX_RECORDINGS) this.recordings.push(bytes);
    const parsed = JSON.parse(response.body) as { result?: { data: object } };
    return parsed.result?.data ?? {};
  }

  #bytes(caller: CallerName | "hidden", parts: RequestParts): Buffer {
    const authorization = this.#options.authorizationOf(caller);
    const headers = authorization === undefined ? [] : [["authorization", authorization] as const];
    return render({ ...parts, headers: [...headers, ...parts.headers] });
  }
}

const MAX_RECORDINGS = 80;

function messageOf(id: string, text: string): object {
  return { id, role: "user", parts: [{ type: "text", text }] };
}
