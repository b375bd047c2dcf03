import { openWallets, readWallets } from "../holdfast-wallets.ts";
import type { Story } from "../story.ts";
import { countBalances, type WalletRows } from "../verdict/count-balances.ts";
import { counting, sentenceOf, toldDone } from "../verdict/count-updates.ts";
import { about } from "./about.ts";
import { advisoryLock } from "./advisory-lock.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { ACCOUNT, AMOUNT, type Credit, type House } from "./credit.ts";
import { forUpdate } from "./for-update.ts";
import { forUpdateAndKey } from "./for-update-and-key.ts";
import { holdfast } from "./holdfast.ts";
import { naive } from "./naive.ts";
import { serializable } from "./serializable.ts";

/** One account; every call is a credit of its own, delivered twice as often as the settings say. */
export const creditTwice: Story<Credit, WalletRows, House> = {
  about,
  together: false,
  call: ({ number }) => ({ id: `credit-${number}`, amount: AMOUNT }),

  plain: {
    tables: () => `
      create table accounts (id int primary key, balance int not null);
      create table credits (id text not null, amount int not null);
      create index on credits (id);
      create table keys (id text primary key);
      insert into accounts (id, balance) values (${ACCOUNT}, 0)`,
    strategies: {
      naive,
      "for-update": forUpdate,
      "for-update-and-key": forUpdateAndKey,
      "conditional-update": conditionalUpdate,
      serializable,
      "advisory-lock": advisoryLock,
    },
    rows: async (sql) => ({
      wallets: await sql<WalletRows["wallets"][number][]>`
        select 'the account' as name, 0 as opening, balance from accounts`,
      entries: await sql<WalletRows["entries"][number][]>`
        select 'the account' as wallet, id as call, amount from credits`,
    }),
  },

  holdfast: {
    open: async (db, principal) => {
      const [account = ""] = await openWallets(db, principal, 1, 0);
      return { account };
    },
    strategy: holdfast,
    rows: (sql, { account }) => readWallets(sql, [account], 0),
  },

  judge(asked, rows) {
    const { lost, doubled, unseen, example } = countBalances(asked, rows, AMOUNT);
    const done = toldDone(asked);
    return {
      lost,
      doubled,
      sentence:
        lost + doubled === 0
          ? `Holds: ${counting(done, "credit")} applied, each once, and the balance is their sum.`
          : sentenceOf("Broken:", [
              doubled > 0 && `${counting(doubled, "credit")} applied once too often`,
              lost > unseen && `${counting(lost - unseen, "credit")} confirmed and never applied`,
              unseen > 0 && `${counting(unseen, "addition")} missing from the balance`,
            ]),
      expected: `${counting(done, "credit")} of ${AMOUNT} confirmed: balance ${done * AMOUNT}`,
      found: `${counting(rows.entries.length, "credit")} in the history, balance ${example.balance}`,
    };
  },
};
