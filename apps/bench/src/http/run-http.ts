import postgres from "postgres";
import { Books } from "../books.ts";
import { settle } from "../databases.ts";
import { type Figures, figuresOf, medians } from "../figures.ts";
import { type Outcome, type RunOptions, warmUpSecondsOf } from "../run-scenario.ts";
import { runCallers } from "./processes.ts";
import { createToken, PAIR, type Pairing, type Side, startSide, stopSide } from "./side.ts";

const CALLERS = 64;
/**
 * A server lives long, and what a call takes of it falls for most of a minute, while V8 compiles what is called: its first turn is so many times as long, and doesn't count.
 */
const WARM_UP_TURNS = 6;

/** Servers and callers in processes of their own; one pair of wallets; servers take turns. */
export async function runHttp(
  name: string,
  pairings: readonly Pairing[],
  options: RunOptions,
): Promise<Outcome[]> {
  const { url, rounds, seconds, callers = CALLERS, onProgress } = options;
  const taking = pairings.filter(({ served }) => options.contenders?.includes(served) ?? true);
  const { secret, token } = await createToken();
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  const runs: { side: Side; books: Books; figures: Figures[] }[] = [];
  try {
    for (const pairing of taking) {
      onProgress(`${name}: ${pairing.served} starts`);
      const side = await startSide(pairing, { admin, url, secret });
      runs.push({ side, books: new Books(PAIR), figures: [] });
      await settle(side.databaseUrl, side.ledger?.tables ?? []);
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { side, books, figures } of runs) {
        const { served, client, wallets, server } = side;
        onProgress(`${name}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}, ${served}`);
        const { port } = server;
        const load = await runCallers({
          ...{ client, port, token, wallets, callers, warmUpSeconds: warmUpSecondsOf(seconds) },
          seconds: round === 0 ? WARM_UP_TURNS * seconds : seconds,
        });
        for (const [from, count] of load.acknowledged.entries()) books.moved(from, 1 - from, count);
        if (round > 0) figures.push(figuresOf({ ...load, latenciesMs: Float64Array.from(load.latenciesMs) }));
        await settle(side.databaseUrl, side.ledger?.tables ?? []);
      }
    }
    return await Promise.all(
      runs.map(async ({ side, books, figures }) => ({
        scenario: name,
        contender: side.served,
        callers,
        median: medians(figures),
        rounds: figures,
        costs: undefined,
        wrong: side.ledger === undefined ? [] : books.differences(await side.ledger.state(), 0),
      })),
    );
  } finally {
    for (const { side } of runs) await stopSide(side);
    await admin.end();
  }
}
