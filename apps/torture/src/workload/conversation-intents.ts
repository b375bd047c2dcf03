import { v7 as newId } from "uuid";
import type { Caller } from "../history.ts";
import type { Random } from "../random.ts";
import { type Book, service, user } from "./book.ts";
import { type KnownConversation, keep } from "./chats.ts";
import { type Intent, key, memo } from "./intent.ts";
import type { Make, Maker } from "./maker.ts";

type Fields = Record<string, unknown>;

const create: Make = (random, book, clock) => {
  const tenantId = random.pick(book.tenants);
  if (!book.chats.needsHot(tenantId) && random.chance(0.7)) return undefined;
  return newConversation(random, tenantId, key(clock));
};

export function newConversation(random: Random, tenantId: number, idempotencyKey: string): Intent {
  const ownerId = `user-${random.whole(0, 39)}`;
  const title = random.chance(0.7) ? { title: memo(random) } : {};
  const procedure = "conversations.create";
  if (random.chance(0.3))
    return { caller: user(tenantId, ownerId), procedure, input: { idempotencyKey, ...title } };
  // Now and then somebody begins one in another's name.
  const caller = random.chance(0.05) ? user(tenantId, "mallory") : service(tenantId);
  return { caller, procedure, input: { idempotencyKey, ...title, ownerId } };
}

/** A history as it was kept in one column: messages with and without ids, and such that have role and text alone. */
const importJson: Make = (random, book, clock) => {
  const messages = Array.from({ length: random.whole(0, 8) }, (): Fields => {
    const role = random.pick(["user", "assistant", "system"]);
    if (random.chance(0.4)) return { role, content: memo(random), createdAt: "long ago" };
    return { ...newMessage(random), role };
  });
  return {
    caller: user(random.pick(book.tenants), `user-${random.whole(0, 39)}`),
    procedure: "conversations.importJson",
    input: { idempotencyKey: key(clock), title: memo(random), messages },
  };
};

function newMessage(random: Random, role = "user"): Fields {
  const parts: Fields[] = [{ type: "text", text: `${memo(random)} and so on` }];
  if (random.chance(0.1))
    parts.push({ type: "data-of-tomorrow", data: { n: random.whole(1, 9), list: [null, true] } });
  const metadata = random.chance(0.1) ? { metadata: { model: "none", at: { x: 1.5 } } } : {};
  return { id: newId(), role, ...metadata, parts };
}

/** The same again with its fields in another order, or another one with the same id. */
function again(random: Random, message: Fields): Fields {
  if (random.chance(0.35)) return { ...message, parts: [{ type: "text", text: memo(random) }] };
  return turned(message) as Fields;
}

/** The same with all its fields in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, turned(field)]);
  return Object.fromEntries(fields.toReversed());
}

/** What of a message is sent: new, or one that somebody has sent before. */
function messageFor(random: Random, conversation: KnownConversation, role?: string): Fields {
  const before =
    role === undefined ? conversation.tried : conversation.tried.filter((one) => one["role"] === role);
  if (before.length > 0 && random.chance(0.15)) return again(random, random.pick(before));
  const message = newMessage(random, role);
  keep(conversation.tried, message);
  return message;
}

/** Mostly the owner or the service; rarely somebody whose conversation it is not, or the service of another tenant. */
function writer(random: Random, book: Book, { tenantId, ownerId }: KnownConversation): Caller {
  if (random.chance(0.02)) return user(tenantId, "mallory");
  if (random.chance(0.01)) return service(book.otherTenant(tenantId));
  return random.chance(0.4) ? service(tenantId) : user(tenantId, ownerId);
}

const expecting = (random: Random, { lastSeq }: KnownConversation): Fields =>
  random.chance(0.15) ? { expectedSeq: String(lastSeq) } : {};

const append: Make = (random, book, clock) => {
  const conversation = book.chats.pick(random);
  if (conversation === undefined) return undefined;
  const messages = Array.from({ length: random.chance(0.6) ? 1 : random.whole(2, 5) }, () =>
    messageFor(random, conversation),
  );
  const ids = new Set(messages.map(({ id }) => id));
  if (ids.size < messages.length) return undefined;
  return {
    caller: writer(random, book, conversation),
    procedure: "conversations.append",
    input: {
      ...{ idempotencyKey: key(clock), conversationId: conversation.id, messages },
      ...expecting(random, conversation),
    },
  };
};

const send: Make = (random, book, clock) => {
  const conversation = book.chats.pick(random);
  if (conversation === undefined) return undefined;
  const { id: conversationId, tenantId, ownerId } = conversation;
  const own = book.wallets.filter((wallet) => wallet.tenantId === tenantId && wallet.ownerId === ownerId);
  const wallet = own.length > 0 && random.chance(0.8) ? random.pick(own) : book.pickWallet(random, tenantId);
  return {
    caller: writer(random, book, conversation),
    procedure: "conversations.send",
    input: {
      ...{ idempotencyKey: key(clock), conversationId, message: messageFor(random, conversation, "user") },
      ...(random.chance(0.6) ? { walletId: wallet.id } : {}),
      ...(random.chance(0.5) ? { whenBusy: random.chance(0.8) ? "queue" : "refuse" } : {}),
      ...expecting(random, conversation),
    },
  };
};

/** One of the newest answers, so that it may be under way; or one that has ended long ago. */
const stop: Make = (random, book, clock) => {
  const conversation = book.chats.pick(random);
  if (conversation === undefined || conversation.answers.length === 0) return undefined;
  const answerId = random.chance(0.8) ? conversation.answers.at(-1) : random.pick(conversation.answers);
  return {
    caller: writer(random, book, conversation),
    procedure: "conversations.stop",
    input: { idempotencyKey: key(clock), conversationId: conversation.id, answerId },
  };
};

const read =
  (procedure: string, more: (random: Random, conversation: KnownConversation) => Fields): Make =>
  (random, book) => {
    const conversation = book.chats.pick(random);
    if (conversation === undefined) return undefined;
    const input = { conversationId: conversation.id, ...more(random, conversation) };
    return { caller: writer(random, book, conversation), procedure: `conversations.${procedure}`, input };
  };

const page = (random: Random, { lastSeq }: KnownConversation): Fields => ({
  limit: random.whole(1, 12),
  ...(random.chance(0.4)
    ? { before: String(random.whole(1, lastSeq + 3)) }
    : random.chance(0.7)
      ? { after: String(random.whole(0, lastSeq + 1)) }
      : {}),
});

const list: Make = (random, book) => ({
  caller: user(random.pick(book.tenants), `user-${random.whole(0, 39)}`),
  procedure: "conversations.list",
  input: { limit: 20 },
});

/** Beside wallets at a weight of 100 in all: about a sixth of the calls. */
export const conversationMakers: readonly Maker[] = [
  { weight: 0.7, make: create },
  { weight: 0.5, make: importJson },
  { weight: 12, make: append },
  { weight: 6, make: send },
  { weight: 2, make: stop },
  { weight: 3, make: read("get", (random) => ({ limit: random.whole(1, 12) })) },
  { weight: 2, make: read("messages", page) },
  { weight: 0.4, make: read("exportJson", () => ({})) },
  { weight: 0.7, make: list },
];
