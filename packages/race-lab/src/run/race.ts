import type { LabEvent, Verdict } from "../events.ts";
import type { Order } from "../order.ts";
import { planOf } from "../plan.ts";
import type { Asked, Story } from "../story.ts";
import { deliver } from "./deliver.ts";
import { makeCalls } from "./make-calls.ts";
import { createRecorder } from "./recorder.ts";
import { openScratch } from "./scratch.ts";
import { openHoldfast, openPlain } from "./tracks.ts";

export interface RaceOptions extends Order {
  readonly url: string;
  readonly signal: AbortSignal;
  /** What befalls the rows after the last call: for tests of the verdict. */
  readonly meddle?: (databaseUrl: string) => Promise<void>;
}

/** Runs one strategy of one story. `tell` hears of it meanwhile; the last that it hears is the verdict. */
export type Race = (options: RaceOptions, tell: (event: LabEvent) => void) => Promise<void>;

export function raceOf<Call, Rows, House>(story: Story<Call, Rows, House>): Race {
  return async ({ url, signal, meddle, ...order }, tell) => {
    const { settings } = order;
    const scratch = await openScratch(url);
    try {
      const lost = new AbortController();
      const options = { url: scratch.url, settings, onLost: (error: Error) => lost.abort(error) };
      const strategy = story.plain.strategies[order.strategy];
      const track =
        strategy === undefined
          ? await openHoldfast(story, options)
          : await openPlain(story, strategy, options);
      try {
        signal.throwIfAborted();
        tell({ type: "started", ...order });
        const recorder = createRecorder(tell);
        const { run } = track;
        const { latencyMs, seconds: mostSeconds } = settings;
        const endMs = performance.now() + mostSeconds * 1_000;
        const made = await makeCalls({
          rounds: planOf(settings, story.about.caller, story.call),
          together: story.together,
          settings,
          endMs,
          signal: AbortSignal.any([signal, lost.signal]),
          deliver: (delivery, stop) => deliver(delivery, { run, latencyMs, endMs, signal: stop, recorder }),
        }).finally(() => recorder.stop());
        const seconds = recorder.atMs / 1_000;
        await meddle?.(scratch.url);
        const { rows, findings } = await track.rows();
        lost.signal.throwIfAborted();
        const counts = { asked: made.asked.length, replayed: made.replayed, seconds };
        tell({ ...counts, ...told(made.asked), ...judged(story, made.asked, rows, findings) });
      } finally {
        await track.close();
      }
    } finally {
      await scratch.remove();
    }
  };
}

function told(asked: readonly Asked<unknown>[]): Pick<Verdict, "applied" | "refused"> {
  const count = (what: "done" | "refused"): number => asked.filter((call) => call.told === what).length;
  return { applied: count("done"), refused: count("refused") };
}

function judged<Call, Rows, House>(
  story: Story<Call, Rows, House>,
  asked: readonly Asked<Call>[],
  rows: Rows,
  findings: readonly string[],
): Omit<Verdict, "asked" | "replayed" | "seconds" | "applied" | "refused"> {
  const { lost, doubled, wrong, sentence, expected, found } = story.judge(asked, rows);
  const holds = lost + doubled === 0 && wrong === undefined && findings.length === 0;
  const [finding] = findings;
  return {
    type: "verdict",
    holds,
    sentence: finding === undefined ? sentence : `Broken: ${finding}.`,
    lost,
    doubled,
    expected,
    found,
  };
}
