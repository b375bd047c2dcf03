import type { Caller } from "../history.ts";
import type { Random } from "../random.ts";
import { type Book, type KnownWallet, service, user } from "./book.ts";
import { conversationMakers } from "./conversation-intents.ts";
import { type Intent, key, memo } from "./intent.ts";
import type { Make, Maker } from "./maker.ts";
import { seatMakers } from "./seat-intents.ts";

const amount = (random: Random): string =>
  String(random.chance(0.05) ? random.whole(5_000, 50_000) : random.whole(1, 60));
/** Mostly the owner, now and then the service, rarely somebody whose wallet it is not. */
const spender = (random: Random, { tenantId, ownerId }: KnownWallet): Caller =>
  random.chance(0.02)
    ? user(tenantId, "mallory")
    : random.chance(0.3)
      ? service(tenantId)
      : user(tenantId, ownerId);
const ifVersion = (random: Random, wallet: KnownWallet): { ifVersion?: string } =>
  random.chance(0.05) ? { ifVersion: wallet.version } : {};

function transfer(procedure: "wallets.transfer" | "wallets.boost"): Make {
  return (random, book, clock) => {
    const from = book.pickWallet(random);
    const to = book.pickWallet(random, from.tenantId);
    const note = procedure === "wallets.boost" ? { message: memo(random) } : { memo: memo(random) };
    const guard = procedure === "wallets.transfer" ? ifVersion(random, from) : {};
    return {
      caller: spender(random, from),
      procedure,
      input: {
        idempotencyKey: key(clock),
        fromWalletId: from.id,
        toWalletId: to.id,
        amount: amount(random),
        ...note,
        ...guard,
      },
    };
  };
}

const walletMakers: readonly Maker[] = [
  { weight: 30, make: transfer("wallets.transfer") },
  { weight: 20, make: transfer("wallets.boost") },
  {
    weight: 10,
    make: (random, book, clock) => {
      const wallet = book.pickWallet(random);
      const caller = random.chance(0.97) ? service(wallet.tenantId) : user(wallet.tenantId, wallet.ownerId);
      const input = {
        idempotencyKey: key(clock),
        walletId: wallet.id,
        amount: amount(random),
        source: "top-up",
      };
      return { caller, procedure: "wallets.credit", input: { ...input, ...ifVersion(random, wallet) } };
    },
  },
  {
    weight: 10,
    make: (random, book, clock) => {
      const wallet = book.pickWallet(random);
      const input = {
        idempotencyKey: key(clock),
        walletId: wallet.id,
        amount: amount(random),
        memo: memo(random),
      };
      return {
        caller: spender(random, wallet),
        procedure: "wallets.debit",
        input: { ...input, ...ifVersion(random, wallet) },
      };
    },
  },
  {
    weight: 4,
    make: (random, book) => {
      const from = book.pickWallet(random);
      const to = book.pickWallet(random, from.tenantId);
      // Few sessions and minutes: most ticks are repeats, and must not pay twice.
      const tick = { sessionId: `session-${random.whole(1, 20)}`, minute: random.whole(1, 40) };
      return {
        caller: user(from.tenantId, from.ownerId),
        procedure: "wallets.stream",
        input: { fromWalletId: from.id, toWalletId: to.id, amount: "2", ...tick },
      };
    },
  },
  {
    weight: 8,
    make: (random, book, clock) => {
      const wallet = book.pickWallet(random);
      const expiresInSeconds = random.chance(0.4) ? random.whole(1, 3) : random.whole(30, 600);
      return {
        caller: spender(random, wallet),
        procedure: "wallets.hold",
        input: { idempotencyKey: key(clock), walletId: wallet.id, amount: amount(random), expiresInSeconds },
      };
    },
  },
  {
    weight: 6,
    make: (random, book, clock) => {
      const hold = book.pickHold(random);
      if (hold === undefined) return undefined;
      const part = random.chance(0.5)
        ? { amount: String(random.whole(1, hold.amount + 2)), final: random.chance(0.5) }
        : {};
      const to = random.chance(0.5) ? { toWalletId: book.pickWallet(random, hold.wallet.tenantId).id } : {};
      const input = { idempotencyKey: key(clock), holdId: hold.id, ...part, ...to };
      return { caller: spender(random, hold.wallet), procedure: "wallets.capture", input };
    },
  },
  {
    weight: 3,
    make: (random, book, clock) => {
      const hold = book.pickHold(random);
      if (hold === undefined) return undefined;
      const input = { idempotencyKey: key(clock), holdId: hold.id };
      return { caller: spender(random, hold.wallet), procedure: "wallets.release", input };
    },
  },
  {
    weight: 3,
    make: (random, book, clock) => {
      const { tenantId } = book.pickWallet(random);
      const commands = Array.from({ length: random.whole(2, 6) }, () => {
        const from = book.pickWallet(random, tenantId);
        if (random.chance(0.3)) return { kind: "debit", walletId: from.id, amount: amount(random) };
        const to = book.pickWallet(random, tenantId);
        return { kind: "transfer", fromWalletId: from.id, toWalletId: to.id, amount: amount(random) };
      });
      return {
        caller: service(tenantId),
        procedure: "wallets.batch",
        input: { idempotencyKey: key(clock), atomic: random.chance(0.5), commands },
      };
    },
  },
  {
    weight: 1,
    make: (random, book, clock) => ({
      caller: user(random.pick(book.tenants), `user-${random.whole(1, 40)}`),
      procedure: "wallets.open",
      input: { idempotencyKey: key(clock), currency: "sat" },
    }),
  },
  {
    weight: 4,
    make: (random, book) => {
      const wallet = book.pickWallet(random);
      return {
        caller: user(wallet.tenantId, wallet.ownerId),
        procedure: "wallets.get",
        input: { walletId: wallet.id },
      };
    },
  },
  {
    weight: 1,
    make: (random, book) => {
      const wallet = book.pickWallet(random);
      // Another tenant's service: it must learn nothing.
      return {
        caller: service(book.otherTenant(wallet.tenantId)),
        procedure: "wallets.get",
        input: { walletId: wallet.id },
      };
    },
  },
];

const makers = [...walletMakers, ...seatMakers, ...conversationMakers];
const total = makers.reduce((sum, { weight }) => sum + weight, 0);

export function makeIntent(random: Random, book: Book, keyClockMs: number): Intent {
  for (;;) {
    let at = random.next() * total;
    const maker = makers.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    const intent = maker?.make(random, book, keyClockMs);
    if (intent !== undefined) return intent;
  }
}
