import { openWallets, readWallets } from "../holdfast-wallets.ts";
import type { Settings } from "../settings.ts";
import type { Story } from "../story.ts";
import { countBalances, type WalletRows } from "../verdict/count-balances.ts";
import { counting, sentenceOf, toldDone } from "../verdict/count-updates.ts";
import { about } from "./about.ts";
import { conditionalUpdate } from "./conditional-update.ts";
import { forUpdate } from "./for-update.ts";
import { forUpdateAndKey } from "./for-update-and-key.ts";
import { holdfast } from "./holdfast.ts";
import { naive } from "./naive.ts";
import { serializable } from "./serializable.ts";
import { AMOUNT, type House, WALLET, type Withdrawal } from "./withdrawal.ts";

/** Enough for two deliveries of every call, each sent four times: an empty wallet would refuse some, and hide them. */
const openingOf = ({ calls }: Settings): number => 8 * calls * AMOUNT;

/** One wallet that all callers withdraw from. */
export const retryAfterTimeout: Story<Withdrawal, WalletRows, House & { readonly opening: number }> = {
  about,
  together: false,
  call: ({ number }) => ({ id: `withdrawal-${number}`, amount: AMOUNT }),

  plain: {
    tables: (settings) => `
      create table wallets (id int primary key, opening int not null, balance int not null);
      create table withdrawals (id text not null, amount int not null);
      create index on withdrawals (id);
      insert into wallets (id, opening, balance) values (${WALLET}, ${openingOf(settings)}, ${openingOf(settings)})`,
    strategies: {
      naive,
      "conditional-update": conditionalUpdate,
      "for-update": forUpdate,
      serializable,
      "for-update-and-key": forUpdateAndKey,
    },
    rows: async (sql) => ({
      wallets: await sql<WalletRows["wallets"][number][]>`
        select 'the wallet' as name, opening, balance from wallets`,
      entries: await sql<WalletRows["entries"][number][]>`
        select 'the wallet' as wallet, id as call, -amount as amount from withdrawals`,
    }),
  },

  holdfast: {
    open: async (db, principal, settings) => {
      const opening = openingOf(settings);
      const [wallet = ""] = await openWallets(db, principal, 1, opening);
      return { wallet, opening };
    },
    strategy: holdfast,
    rows: (sql, { wallet, opening }) => readWallets(sql, [wallet], opening),
  },

  judge(asked, rows) {
    const { lost, doubled, unseen, example } = countBalances(asked, rows, AMOUNT);
    const done = toldDone(asked);
    return {
      lost,
      doubled,
      sentence:
        lost + doubled === 0
          ? `Holds: ${counting(done, "withdrawal")} paid, each once, however often it was sent.`
          : sentenceOf("Broken:", [
              doubled > 0 && `${counting(doubled, "withdrawal")} paid once too often`,
              lost > unseen && `${counting(lost - unseen, "withdrawal")} confirmed and never paid`,
              unseen > 0 && `${counting(unseen, "deduction")} missing from the balance`,
            ]),
      expected: `${counting(done, "withdrawal")} of ${AMOUNT} confirmed: balance ${example.opening - done * AMOUNT}`,
      found: `${counting(rows.entries.length, "withdrawal")} paid, balance ${example.balance}`,
    };
  },
};
