import { type Order, runLab } from "@holdfast/race-lab";
import type { Step, Verdict } from "@holdfast/race-lab/stories";

/** What several runs of one strategy came to. */
export interface Tally {
  readonly story: string;
  readonly strategy: string;
  readonly runs: number;
  /** Runs whose rows were as promised. */
  readonly held: number;
  readonly lost: number;
  readonly doubled: number;
  /** Of an average run, its calls alone. */
  readonly seconds: number;
  /** What the strategy is said to do at the story's default settings. */
  readonly saidToHold: boolean;
  /** Whether every run did that; undefined at other settings, of which nothing is said. */
  readonly asSaid?: boolean;
}

export interface TallyOptions {
  readonly databaseUrl: string;
  readonly times: number;
  readonly signal: AbortSignal;
  readonly onRun: (run: number) => void;
}

export type Wanted = Order & { readonly saidToHold: boolean; readonly atDefaults: boolean };

export async function tally(
  wanted: Wanted,
  { databaseUrl, times, signal, onRun }: TallyOptions,
): Promise<Tally> {
  const verdicts: Verdict[] = [];
  while (verdicts.length < times) {
    onRun(verdicts.length + 1);
    verdicts.push((await runOnce(wanted, databaseUrl, signal)).verdict);
  }
  const sum = (of: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const held = sum(({ holds }) => (holds ? 1 : 0));
  const { story, strategy, saidToHold, atDefaults } = wanted;
  return {
    story,
    strategy,
    runs: times,
    held,
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    seconds: sum(({ seconds }) => seconds) / times,
    saidToHold,
    ...(atDefaults ? { asSaid: held === (saidToHold ? times : 0) } : {}),
  };
}

/** One run: what its callers did, and the verdict. */
export async function runOnce(order: Order, url: string, signal: AbortSignal) {
  const steps: Step[] = [];
  let verdict: Verdict | undefined;
  for await (const event of runLab({ ...order, url, signal })) {
    if (event.type === "steps") steps.push(...event.steps);
    if (event.type === "verdict") verdict = event;
  }
  if (verdict === undefined) throw new TypeError("a run ended without a verdict");
  return { steps, verdict };
}
