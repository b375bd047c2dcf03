import { openWallets, readWallets } from "../holdfast-wallets.ts";
import { roundsOf, type Story } from "../story.ts";
import { countBalances, entriesOf, type WalletRows } from "../verdict/count-balances.ts";
import { counting, sentenceOf, toldDone } from "../verdict/count-updates.ts";
import { about } from "./about.ts";
import { advisoryLock } from "./advisory-lock.ts";
import { AMOUNT, type Boost, type House, OPENING } from "./boost.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { forUpdate } from "./for-update.ts";
import { holdfast } from "./holdfast.ts";
import { naive } from "./naive.ts";
import { optimistic } from "./optimistic.ts";
import { serializable } from "./serializable.ts";

/** Every round has a wallet of its own, on which all callers boost at once. */
export const twoBoosts: Story<Boost, WalletRows, House> = {
  about,
  together: true,
  call: ({ number, round }) => ({ id: `boost-${number}`, wallet: round, amount: AMOUNT }),

  plain: {
    tables: (settings) => `
      create table wallets (id int primary key, balance int not null, version int not null default 0);
      create table boosts (id text not null, wallet int not null, amount int not null);
      insert into wallets (id, balance) select n, ${OPENING} from generate_series(1, ${roundsOf(settings)}) as n`,
    strategies: {
      naive,
      "conditional-update": conditionalUpdate,
      "for-update": forUpdate,
      optimistic,
      serializable,
      "advisory-lock": advisoryLock,
    },
    rows: async (sql) => ({
      wallets: await sql<WalletRows["wallets"][number][]>`
        select 'wallet ' || id as name, ${OPENING}::int as opening, balance from wallets order by id`,
      entries: await sql<WalletRows["entries"][number][]>`
        select 'wallet ' || wallet as wallet, id as call, -amount as amount from boosts`,
    }),
  },

  holdfast: {
    open: async (db, principal, settings) => {
      const wallets = await openWallets(db, principal, roundsOf(settings), OPENING);
      const [podcaster = ""] = await openWallets(db, principal, 1, 0);
      return { wallets, podcaster };
    },
    strategy: holdfast,
    rows: (sql, { wallets }) => readWallets(sql, wallets, OPENING),
  },

  judge(asked, rows) {
    const { lost, doubled, unseen, example } = countBalances(asked, rows, AMOUNT);
    const overdrawn = rows.wallets.filter(({ balance }) => balance < 0).length;
    const paid = -entriesOf(rows.entries, example.name).reduce((sum, { amount }) => sum + amount, 0);
    const together = example.balance + paid;
    const done = toldDone(asked);
    return {
      lost,
      doubled,
      wrong: overdrawn > 0 ? `${counting(overdrawn, "wallet")} below zero` : undefined,
      sentence:
        lost + doubled + overdrawn === 0
          ? `Holds: ${counting(done, "boost")} paid, and every sat is accounted for.`
          : sentenceOf("Broken:", [
              unseen > 0 && `${counting(unseen, "boost")} paid with sats that were spent already`,
              lost > unseen && `${counting(lost - unseen, "boost")} confirmed and never paid`,
              doubled > 0 && `${counting(doubled, "boost")} paid once too often`,
              overdrawn > 0 && `${counting(overdrawn, "wallet")} below zero`,
            ]),
      expected: `${example.name}: what is left and what was paid are ${example.opening} together`,
      found: `${example.balance} left and ${paid} paid: ${together} together`,
    };
  },
};
