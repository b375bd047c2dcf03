import type { Db, HoldfastCommand, Principal } from "../index.ts";
import { append, createConversation, send, text } from "./conversations.ts";
import { ada, newKey, openWallet, root, shop } from "./factories.ts";
import { createShow } from "./shows.ts";

/** A user of ada's tenant who owns next to nothing. */
export const eve: Principal = { tenantId: 1, subject: "eve", role: "user" };

/** What all of ada's texts say. */
export const CANARY = "canary";

export type AdasThings = Awaited<ReturnType<typeof createAdasThings>>;

/** Something of every kind that ada owns, and what eve needs to go for it. The `Db` has a `tokenSecret`, and answers cost. */
export async function createAdasThings(db: Db) {
  const key = () => ({ idempotencyKey: newKey() });
  const hook = {
    url: "https://hooks.example.com/told",
    topics: ["wallet", "conversation"],
    description: CANARY,
  } as const;
  const { webhookId } = await db.execute(root, { kind: "webhooks.create", ...key(), ...hook });
  const { keyId } = await db.execute(root, {
    kind: "keys.create",
    ...key(),
    subject: "ada's shop",
    role: "service",
  });
  const purse = await openWallet(db, 1_000n);
  const hers = await openWallet(db, 10n, { ownerId: "eve" });
  const hold = { walletId: purse, amount: "50", expiresInSeconds: 600 } as const;
  const { holdId } = await db.execute(ada, { kind: "wallets.hold", ...key(), ...hold, memo: CANARY });
  const { showId } = await createShow(db);
  const { token } = await db.execute(ada, { kind: "seats.reserve", ...key(), showId, seatIds: ["A1"] });
  const reserve = { kind: "seats.reserve", ...key(), showId, seatIds: ["A2"] } as const;
  const { token: hersToken } = await db.execute(eve, reserve);
  const conversationId = await createConversation(db, ada, { title: CANARY });
  const message = text(CANARY);
  await append(db, ada, conversationId, { messages: [message] });
  const askedKey = newKey("asked");
  const asked = await send(db, ada, conversationId, { message: text(CANARY), walletId: purse }, askedKey);
  const answerId = asked.answer?.answerId ?? "";
  const said = { conversationId, answerId, steps: [{ at: 0, append: CANARY }] } as const;
  await db.execute(shop, { kind: "conversations.save", ...key(), ...said });
  const waiting = await createConversation(db);
  const first = await send(db, ada, waiting, { message: text(CANARY) });
  await send(db, ada, waiting, { message: text(CANARY), whenBusy: "queue" });
  const ended = {
    conversationId: waiting,
    answerId: first.answer?.answerId ?? "",
    status: "complete",
  } as const;
  await db.execute(shop, { kind: "conversations.settle", ...key(), ...ended });
  const hersConversation = await createConversation(db, eve);
  const hersBusy = await createConversation(db, eve);
  await send(db, eve, hersBusy, { message: text("why?") });
  return {
    ...{ purse, hers, holdId, showId, token, hersToken, conversationId, message, answerId, askedKey },
    ...{ webhookId, keyId, askedId: asked.operationId, waiting, hersConversation, hersBusy },
  };
}

interface Attempt {
  readonly about: string;
  readonly command: HoldfastCommand;
  /** Who may do it; what they are told when it is not a success. */
  readonly rightly: Principal;
  readonly code?: string;
}

/** Everything that a user could do to somebody else, or in their name, or that is for services: each is refused to eve. */
export function attemptsOn(things: AdasThings): Attempt[] {
  const { purse, hers, holdId, showId, token, hersToken, conversationId, message, answerId } = things;
  const attempts: Attempt[] = [];
  const add = (rightly: Principal, about: string, command: Record<string, unknown>, code?: string): void => {
    const [kind = "", rest] = about.split(": ");
    // The key of a tick derives from what it is.
    const key = kind === "wallets.stream" ? {} : { idempotencyKey: newKey() };
    const sent = { kind, ...key, ...command } as HoldfastCommand;
    attempts.push({ about: rest ?? kind, command: sent, rightly, ...(code === undefined ? {} : { code }) });
  };
  const answer = { conversationId, answerId };
  const gives = { fromWalletId: purse, toWalletId: hers, amount: "1" };

  add(shop, "wallets.open: a wallet in ada's name", { currency: "sat", ownerId: "ada" });
  add(shop, "wallets.open: a credit line for herself", { currency: "sat", minBalance: "-100" });
  add(shop, "wallets.credit: credit out of nothing", { walletId: hers, amount: "1" });
  add(ada, "wallets.debit: ada's wallet", { walletId: purse, amount: "1" });
  const tooMuch = { walletId: purse, amount: "1000000" };
  add(ada, "wallets.debit: more than ada has, to be told how much", tooMuch, "INSUFFICIENT_FUNDS");
  add(ada, "wallets.transfer: from ada's wallet to hers", gives);
  add(ada, "wallets.boost: from ada's wallet to hers", gives);
  add(ada, "wallets.stream: from ada's wallet to hers", {
    ...gives,
    ...{ sessionId: newKey(), minute: 1 },
  });
  add(ada, "wallets.hold: ada's credit", { walletId: purse, amount: "1", expiresInSeconds: 60 });
  add(ada, "wallets.capture: ada's hold, for herself", { holdId, amount: "1", toWalletId: hers });
  add(
    ada,
    "wallets.capture: more than ada's hold has, to be told how much",
    { holdId, amount: "51" },
    "HOLD_EXCEEDED",
  );
  add(ada, "wallets.release: ada's hold", { holdId });
  const steps: [Principal, string, object][] = [
    [ada, "debit", { walletId: purse, amount: "1" }],
    [ada, "hold", { walletId: purse, amount: "1", expiresInSeconds: 60 }],
    [ada, "capture", { holdId, toWalletId: hers }],
    [ada, "release", { holdId }],
    [shop, "credit", { walletId: hers, amount: "1" }],
    [shop, "open", { currency: "sat", ownerId: "ada" }],
    [ada, "debit", { walletId: purse, amount: "1000000" }],
  ];
  for (const atomic of [true, false])
    for (const [rightly, kind, step] of steps) {
      const refused = "amount" in step && step.amount === "1000000" ? "INSUFFICIENT_FUNDS" : undefined;
      add(
        rightly,
        `wallets.batch: ${kind} in ${atomic ? "an atomic" : "a"} batch`,
        {
          ...{ atomic, commands: [{ kind, ...step }] },
        },
        refused,
      );
    }

  const seat = { id: "A1" };
  const house = {
    name: "x",
    categories: [{ id: "c", price: "0" }],
    sections: [{ id: "s", rows: [{ id: "A", seats: [seat] }] }],
  };
  add(shop, "shows.create", house);
  add(shop, "seats.reserve: in ada's name", { showId, seatIds: ["A3"], customerId: "ada", replace: true });
  add(shop, "seats.reserve: the seats that ada has, in her name", {
    showId,
    seatIds: ["A1"],
    customerId: "ada",
  });
  add(ada, "seats.extend: ada's reservation", { token, expiresInSeconds: 600 });
  add(ada, "seats.release: ada's reservation", { token });
  add(ada, "seats.confirm: ada's reservation", { token, walletId: purse });
  add(shop, "seats.confirm: her reservation, from ada's wallet", { token: hersToken, walletId: purse });

  add(shop, "conversations.create: in ada's name", { ownerId: "ada" });
  add(shop, "conversations.importJson: in ada's name", { ownerId: "ada", messages: [message] });
  add(ada, "conversations.append", { conversationId, messages: [text("mine now")] });
  add(ada, "conversations.append: what is there already", { conversationId, messages: [message] });
  const other = [text("something else", message.id)];
  add(
    ada,
    "conversations.append: other content, to be told where",
    { conversationId, messages: other },
    "MESSAGE_ID_REUSED",
  );
  add(ada, "conversations.send", { conversationId, message: text("mine now"), whenBusy: "queue" });
  add(
    ada,
    "conversations.send: while ada's answer is under way",
    { conversationId, message: text("?") },
    "ANSWER_UNDER_WAY",
  );
  const paid = { message: text("why?"), walletId: purse };
  add(shop, "conversations.send: paid by ada", { conversationId: things.hersConversation, ...paid });
  add(shop, "conversations.send: paid by ada, later", {
    conversationId: things.hersBusy,
    ...paid,
    whenBusy: "queue",
  });
  add(ada, "conversations.stop", answer);
  add(shop, "conversations.save", { ...answer, steps: [{ at: 0, append: "x" }], tokens: 1 });
  add(shop, "conversations.settle", { ...answer, status: "complete" });
  add(shop, "conversations.answer", { conversationId: things.waiting });

  const { keyId, webhookId } = things;
  add(root, "keys.create: a key of a service", { subject: "eve's", role: "service" });
  add(root, "keys.revoke", { keyId });
  add(root, "webhooks.create", { url: "https://eve.example.com", topics: ["wallet"] });
  add(root, "webhooks.update: where it goes", { webhookId, url: "https://eve.example.com" });
  add(root, "webhooks.disable", { webhookId });
  add(root, "webhooks.enable", { webhookId });
  add(root, "webhooks.rotateSecret", { webhookId });
  add(root, "webhooks.replay", { webhookId, topic: { kind: "wallet", id: purse }, fromVersion: "1" });
  add(root, "webhooks.remove", { webhookId });
  return attempts;
}
