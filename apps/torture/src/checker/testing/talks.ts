import { connect, createFeatures, type Db } from "@holdfast/db";
import type { Caller, HistoryEvent, Reply } from "../../history.ts";
import { TERMS } from "../../terms.ts";
import { callHoldfast } from "./call-holdfast.ts";
import type { Fields } from "./tiny-store.ts";

const ada: Caller = { tenantId: 1, subject: "ada", role: "user" };
const bob: Caller = { tenantId: 1, subject: "bob", role: "user" };
const mallory: Caller = { tenantId: 1, subject: "mallory", role: "user" };
const shop: Caller = { tenantId: 1, subject: "shop", role: "service" };
const model: Caller = { tenantId: 1, subject: "model", role: "service" };
const other: Caller = { tenantId: 2, subject: "shop", role: "service" };

const text = (id: string, said: string, role = "user"): Fields => ({
  id,
  role,
  parts: [{ type: "text", text: said }],
});
/** Ids of messages are the clients' own. */
export const messageId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** A short history of everything that happens in conversations, every call by itself, on a real Holdfast. */
export class Talks {
  readonly events: HistoryEvent[] = [];
  readonly ids = new Map<string, string>();
  readonly #db: Db;
  /** What each watcher has heard of its topics last. */
  readonly #heard = new Map<number, Map<string, string | undefined>>();

  private constructor(url: string) {
    this.#db = connect({ url, sessions: 3, features: createFeatures(TERMS) });
  }

  /** Waits for one lease to end, by the database's clock. */
  static async record(url: string, untilLeaseEnds: () => Promise<unknown>): Promise<Talks> {
    const talks = new Talks(url);
    try {
      await talks.#begin();
      await talks.#write();
      await talks.#answers();
      await talks.#abandon(untilLeaseEnds);
    } finally {
      await talks.#db.close();
    }
    return talks;
  }

  id(name: string): string {
    return this.ids.get(name) ?? "";
  }

  async #begin(): Promise<void> {
    for (const [name, caller, amount] of [
      ["purse", ada, "130"],
      ["pouch", bob, "10"],
    ] as const) {
      await this.#call(name, "walletId", caller, "wallets.open", `open-${name}`, { currency: "sat" });
      await this.#send(shop, "wallets.credit", `fund-${name}`, { walletId: this.id(name), amount });
    }
    const begin = (name: string, caller: Caller, fields: Fields, kind = "create") =>
      this.#call(name, "conversationId", caller, `conversations.${kind}`, `begin-${name}`, fields);
    await begin("hers", ada, { title: "canary-1" });
    await begin("his", shop, { ownerId: "bob" });
    await begin("foreign", other, { title: "canary-2" });
    const old = { role: "user", content: "canary-3" };
    await begin("old", ada, { messages: [old, text("second", "canary-4", "assistant")] }, "importJson");
    await this.#send(mallory, "conversations.create", "forged", { ownerId: "ada" });
  }

  async #write(): Promise<void> {
    const conversationId = this.id("hers");
    const [one, two, three] = [1, 2, 3].map((n) => text(messageId(n), `canary-1${n}`));
    const append = (caller: Caller, key: string, messages: unknown[], more: Fields = {}) =>
      this.#send(caller, "conversations.append", key, { conversationId, messages, ...more });
    await append(ada, "first", [one, two]);
    await this.#watch(1, ada, ["hers"], 2);
    await append(shop, "again", [Object.fromEntries(Object.entries(one ?? {}).toReversed()), three]);
    await append(ada, "again-only", [two]);
    await append(ada, "reused", [text(messageId(4), "canary-14"), { ...one, parts: two?.["parts"] }]);
    await append(ada, "expected", [{ ...text(messageId(5), "canary-15"), metadata: { a: 1 } }], {
      expectedSeq: "3",
    });
    await append(ada, "conflict", [text(messageId(6), "canary-16")], { expectedSeq: "3" });
    await append(mallory, "theft", [text(messageId(7), "canary-17")]);
    await this.#read(ada, "get", { conversationId });
    await this.#read(ada, "list", {});
    await this.#read(bob, "list", {});
    await this.#read(ada, "messages", { conversationId, limit: 2, after: "1" });
    await this.#read(ada, "exportJson", { conversationId });
    await this.#read(mallory, "get", { conversationId });
    await this.#read(other, "get", { conversationId });
    await this.#send(other, "conversations.append", "abroad", {
      conversationId: this.id("foreign"),
      messages: [text(messageId(8), "canary-18")],
    });
  }

  async #answers(): Promise<void> {
    const [conversationId, walletId] = [this.id("hers"), this.id("purse")];
    const paid = { conversationId, walletId };
    const send = (key: string, n: number, more: Fields) =>
      this.#send(ada, "conversations.send", key, {
        ...{ conversationId, message: text(messageId(n), `canary-${n}`) },
        ...more,
      });
    const say = (key: string, kind: string, answer: string, fields: Fields, by = model) =>
      this.#send(by, `conversations.${kind}`, key, { conversationId, answerId: this.id(answer), ...fields });
    this.#learn("answer", "answer", await send("ask", 21, { walletId }));
    await send("busy", 22, { walletId });
    await send("queue", 23, { walletId, whenBusy: "queue" });
    await say("say-1", "save", "answer", { steps: [{ at: 0, append: "Well, " }], tokens: 3 });
    await say("say-2", "save", "answer", { steps: [{ at: 0, append: "yes" }], tokens: 5 });
    await this.#read(ada, "get", { conversationId, limit: 3 });
    await say("end", "settle", "answer", { steps: [{ at: 0, append: "." }], tokens: 6, status: "complete" });
    await this.#send(model, "conversations.answer", "wrong", { conversationId });
    this.#learn("next", "answer", await this.#send(model, "conversations.answer", "next-answer", paid));
    await say("say-3", "save", "next", { steps: [{ at: 0, append: "And " }], tokens: 2 });
    await say("stop", "stop", "next", {}, ada);
    await say("late", "save", "next", { steps: [{ at: 0, append: "no" }], tokens: 3 });
    await this.#send(bob, "conversations.send", "poor", {
      conversationId: this.id("his"),
      message: text(messageId(24), "canary-24"),
      walletId: this.id("pouch"),
    });
    await this.#read(ada, "get", { conversationId });
  }

  async #abandon(untilLeaseEnds: () => Promise<unknown>): Promise<void> {
    const conversationId = this.id("hers");
    const message = text(messageId(31), "canary-31");
    const asked = await this.#send(ada, "conversations.send", "alone", { conversationId, message });
    this.#learn("left", "answer", asked);
    const behind = { conversationId, message: text(messageId(32), "canary-32"), whenBusy: "queue" };
    await this.#send(ada, "conversations.send", "behind", behind);
    const left = { conversationId, answerId: this.id("left") };
    const steps = [{ at: 0, append: "Because" }];
    await this.#send(model, "conversations.save", "say-4", { ...left, steps });
    await untilLeaseEnds();
    await this.#db.sweep();
    await this.#send(model, "conversations.settle", "too-late", { ...left, status: "complete" });
    await this.#read(ada, "exportJson", { conversationId });
    const seen = await this.#read(ada, "get", { conversationId });
    const last = seen.kind === "success" ? Number(seen.data["version"]) : 0;
    await this.#watch(1, ada, ["hers"], last);
    await this.#watch(2, shop, ["hers", "old"], last + 2);
    await this.#watch(3, mallory, ["hers"], 0);
  }

  /** One connection of a watcher, until it has heard so many versions in all. */
  async #watch(watcher: number, caller: Caller, names: readonly string[], until: number): Promise<void> {
    const topics = names.map((name) => ({ kind: "conversation", id: this.id(name), since: "0" }));
    const before = this.#heard.get(watcher);
    const heard = before ?? new Map(topics.map(({ id }) => [id, "0"]));
    this.#heard.set(watcher, heard);
    const idOf = () => topics.map(({ id }) => heard.get(id)).join(".");
    const lastEventId = before === undefined ? {} : { lastEventId: idOf() };
    this.#add({ type: "watching", watcher, caller: { ...caller }, topics, server: 0, ...lastEventId });
    const hangUp = new AbortController();
    const since = topics.map((topic) => ({ ...topic, since: BigInt(heard.get(topic.id) ?? 0) }));
    try {
      for await (const events of await this.#db.watch(caller, since, hangUp.signal)) {
        for (const { topic, version } of events) heard.set(topic.id, version);
        this.#add({ type: "heard", watcher, id: idOf(), events: structuredClone([...events]) });
        if ([...heard.values()].reduce((sum, version) => sum + Number(version), 0) >= until) break;
      }
      this.#add({ type: "left", watcher, reason: until > 2 ? "finished" : "hung-up" });
    } catch (error) {
      this.#add({ type: "left", watcher, reason: "ended", code: (error as { code: string }).code });
    } finally {
      hangUp.abort();
    }
  }

  async #call(
    name: string,
    field: string,
    caller: Caller,
    procedure: string,
    key: string,
    input: Fields,
  ): Promise<void> {
    const reply = await this.#send(caller, procedure, key, input);
    if (reply.kind === "success") this.ids.set(name, `${reply.data[field]}`);
  }

  #learn(name: string, field: string, reply: Reply): void {
    const { answerId } = (reply.kind === "success" ? reply.data[field] : {}) as { answerId?: string };
    this.ids.set(name, `${answerId}`);
  }

  #send(caller: Caller, procedure: string, idempotencyKey: string, input: Fields): Promise<Reply> {
    return this.#attempt(caller, procedure, { idempotencyKey, ...input });
  }

  #read(caller: Caller, procedure: string, input: Fields): Promise<Reply> {
    return this.#attempt(caller, `conversations.${procedure}`, input);
  }

  async #attempt(caller: Caller, procedure: string, input: Fields): Promise<Reply> {
    const attempt = this.events.length;
    const call = { caller: { ...caller }, procedure, input: structuredClone(input) };
    this.#add({ type: "sent", attempt, server: 0, deadlineMs: 5_000, direct: true, ...call });
    const reply = await callHoldfast(this.#db, call, 5_000);
    this.#add({ type: "replied", attempt, reply });
    return reply;
  }

  #add(event: DistributiveOmit<HistoryEvent, "atMs">): void {
    this.events.push({ ...event, atMs: performance.now() } as HistoryEvent);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
