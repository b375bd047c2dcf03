import postgres from "postgres";
import { Books } from "./books.ts";
import { holdfast } from "./contenders/holdfast.ts";
import { freshDatabase } from "./databases.ts";
import { type Figures, figuresOf, medians } from "./figures.ts";
import { newKey } from "./keys.ts";
import { runLoad } from "./load.ts";
import type { Outcome, RunOptions } from "./run-scenario.ts";

const WORLD = { wallets: 10_000, tenants: 1, balance: 1_000_000_000 };
const HELD_SECONDS = 2;
const CALLERS = 64;

/**
 * 64 callers on 10,000 wallets while a transaction of somebody else's holds one of them. Counted are the calls that do
 * not need that wallet: the others wait for it, as they must.
 */
export async function runBystanders(options: RunOptions): Promise<Outcome[]> {
  const { url, rounds, callers = CALLERS, onProgress } = options;
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const database = await freshDatabase(admin, url, "bench_bystanders");
  const ledger = await holdfast.setUp({ url: database, ...WORLD });
  const foreign = postgres(database, { max: 1, onnotice: () => {} });
  const books = new Books(WORLD);
  const figures: Record<"undisturbed" | "disturbed", Figures[]> = { undisturbed: [], disturbed: [] };
  const [held] = await foreign<{ id: string }[]>`select id from holdfast.wallets order by id limit 1`;
  const holding = async (): Promise<void> => {
    await foreign.begin(async (sql) => {
      await sql`select from holdfast.wallets where id = ${held?.id ?? ""} for update`;
      await sql`select pg_sleep(${HELD_SECONDS})`;
    });
  };
  const heldNumber = 0;

  try {
    for (let round = 1; round <= rounds; round++) {
      for (const disturbed of [false, true]) {
        const name = disturbed ? "disturbed" : "undisturbed";
        onProgress(`bystanders: round ${round} of ${rounds}, ${name}`);
        let hold: Promise<void> | undefined;
        const load = await runLoad({
          callers,
          seconds: HELD_SECONDS,
          warmUpSeconds: 1,
          async onMeasure() {
            if (disturbed) hold ??= holding();
          },
          async operate() {
            const from = Math.floor(Math.random() * WORLD.wallets);
            const to = (from + 1 + Math.floor(Math.random() * (WORLD.wallets - 1))) % WORLD.wallets;
            await ledger.transfer(from, to, newKey());
            books.moved(from, to);
            return from !== heldNumber && to !== heldNumber;
          },
        });
        await hold;
        figures[name].push(figuresOf(load));
      }
    }
    const wrong = books.differences(await ledger.state(), 0);
    return (["undisturbed", "disturbed"] as const).map((contender) => ({
      scenario: "bystanders",
      contender,
      callers,
      median: medians(figures[contender]),
      rounds: figures[contender],
      costs: undefined,
      wrong,
    }));
  } finally {
    await ledger.close();
    await foreign.end();
    await admin.end();
  }
}
