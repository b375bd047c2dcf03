import postgres from "postgres";
import { connect, createFeatures, type Db, type HoldfastCommand, type Principal } from "../index.ts";
import { ada, bob, newKey, openWallet, root, settle, shop } from "./factories.ts";
import { useConversations, usePaidAnswers } from "./used-conversations.ts";
import { useShows } from "./used-shows.ts";
import { useWebhooks } from "./used-webhooks.ts";

/**
 * Uses every command once or more, with successes, refusals, replays, batches, holds and reservations that expire, and two
 * tenants. The `Db` has a `tokenSecret`.
 */
export async function useEverything(db: Db, url: string): Promise<void> {
  const run = (by: Principal, command: HoldfastCommand) => settle<unknown>(db.execute(by, command));
  const [purse, till, line] = await Promise.all([
    openWallet(db, 1_000n),
    openWallet(db, 50n, { ownerId: "bob" }),
    openWallet(db, 0n, { minBalance: -100n }),
  ]);
  await openWallet(db, 0n);
  const key = () => ({ idempotencyKey: newKey("used") });
  const between = { fromWalletId: purse, toWalletId: till };

  const replayed = { kind: "wallets.debit", ...key(), walletId: purse, amount: "10", memo: "ten" } as const;
  await run(ada, replayed);
  await run(ada, replayed);
  await run(ada, { kind: "wallets.debit", ...key(), walletId: line, amount: "40" });
  await run(ada, { kind: "wallets.debit", ...key(), walletId: purse, amount: "5000" });
  await run(shop, { kind: "wallets.credit", ...key(), walletId: purse, amount: "5", source: "card" });
  await run(ada, { kind: "wallets.transfer", ...key(), ...between, amount: "20" });
  await run(ada, { kind: "wallets.transfer", ...key(), ...between, amount: "20", ifVersion: "0" });
  await run(ada, { kind: "wallets.boost", ...key(), ...between, amount: "21", message: 'é 😀 \\ "quoted"' });
  await run(ada, { kind: "wallets.stream", ...between, amount: "1", sessionId: "s", minute: 3 });
  await run(bob, { kind: "wallets.transfer", ...key(), fromWalletId: till, toWalletId: purse, amount: "2" });

  const place = async (amount: string, expiresInSeconds = 600) => {
    const hold = { ...key(), walletId: purse, amount, expiresInSeconds };
    return (await db.execute(ada, { kind: "wallets.hold", ...hold })).holdId;
  };
  await place("3");
  const inPart = await place("30");
  const whole = await place("31");
  const inTwo = await place("32");
  const freed = await place("33");
  const late = await place("34", 1);
  await run(ada, { kind: "wallets.capture", ...key(), holdId: inPart, amount: "7", final: false });
  await run(ada, { kind: "wallets.capture", ...key(), holdId: whole });
  await run(ada, {
    kind: "wallets.capture",
    ...key(),
    holdId: inTwo,
    amount: "8",
    final: false,
    toWalletId: till,
  });
  await run(ada, { kind: "wallets.capture", ...key(), holdId: inTwo, amount: "9", toWalletId: till });
  await run(ada, { kind: "wallets.release", ...key(), holdId: freed });
  await run(ada, { kind: "wallets.release", ...key(), holdId: freed });

  const commands = [
    { kind: "open", currency: "sat" },
    { kind: "debit", walletId: purse, amount: "1" },
    { kind: "transfer", ...between, amount: "2" },
    { kind: "hold", walletId: till, amount: "4", expiresInSeconds: 600 },
    { kind: "capture", holdId: inPart, amount: "3", final: false },
    { kind: "credit", walletId: purse, amount: "6" },
  ] as const;
  await run(shop, { kind: "wallets.batch", ...key(), atomic: true, commands: [...commands] });
  const refused = { kind: "debit", walletId: purse, amount: "9000" } as const;
  await run(shop, { kind: "wallets.batch", ...key(), atomic: false, commands: [...commands, refused] });
  await run(shop, { kind: "wallets.batch", ...key(), atomic: true, commands: [...commands, refused] });

  for (const role of ["user", "service", "admin"] as const) {
    const create = { kind: "keys.create", ...key(), subject: `of ${role}`, role } as const;
    const { keyId } = await db.execute(root, create);
    await run(ada, { kind: "keys.revoke", ...key(), keyId });
    if (role === "admin") continue;
    await run(root, { kind: "keys.revoke", ...key(), keyId });
    await run(root, { kind: "keys.revoke", ...key(), keyId });
  }

  const elsewhere = { ...ada, tenantId: 2 };
  await run(elsewhere, { kind: "wallets.open", ...key(), currency: "sat" });

  const sql = postgres(url, { max: 1 });
  const untilPast = async (table: "holds" | "reservations", id: string) => {
    await sql`select pg_sleep(greatest(0, extract(epoch from expires_at - clock_timestamp())) + 0.005)
      from ${sql(`holdfast.${table}`)} where id = ${id}`;
  };
  await useConversations(db);
  const priced = connect({
    ...{ url, sessions: 2 },
    features: createFeatures({ pricePer1000Tokens: 2_000n, maxTokens: 50, leaseSeconds: 2 }),
  });
  await usePaidAnswers(priced, async (conversationId) => {
    await sql`select pg_sleep(greatest(0, extract(epoch from answer_lease_until - clock_timestamp())) + 0.005)
      from holdfast.conversations where id = ${conversationId}`;
  });
  await priced.close();
  await useShows(db, (reservationId) => untilPast("reservations", reservationId));
  await useWebhooks(db);
  await untilPast("holds", late);
  await sql.end();
  await run(ada, { kind: "wallets.capture", ...key(), holdId: late });
}
