import { setTimeout as pause } from "node:timers/promises";
import type { Does } from "../events.ts";
import type { Delivery } from "../plan.ts";
import type { Answer } from "../strategy.ts";
import type { Recorder } from "./recorder.ts";

/** What every strategy is given, whatever it works on. */
export interface Tools {
  latency(): Promise<void>;
  trace(does: Does, what?: string): void;
}

export interface DeliverOptions<Call> {
  readonly run: (tools: Tools, call: Call) => Promise<Answer>;
  readonly latencyMs: number;
  /** When the run's time is over, by `performance.now()`: what is under way then ends without latency, and is answered. */
  readonly endMs: number;
  readonly signal: AbortSignal;
  readonly recorder: Recorder;
}

/** Sends a call until its answer arrives: whoever is not answered can't know, and sends the same again. */
export async function deliver<Call>(
  delivery: Delivery<Call>,
  { run, latencyMs, endMs, signal, recorder }: DeliverOptions<Call>,
): Promise<Answer> {
  const { call, number, round, caller, lostAnswers } = delivery;
  const startMs = performance.now();
  const leftMs = (): number => Math.max(0, endMs - performance.now());
  const latency = (): Promise<void> => pause(Math.min(latencyMs, leftMs()), undefined, { signal });
  for (let attempt = 1; ; attempt++) {
    const trace = (does: Does, what = ""): void =>
      recorder.note({ caller, call: number, round, attempt, does, what });
    const answer = await run({ trace, latency }, call);
    signal.throwIfAborted();
    if (attempt <= lostAnswers && leftMs() > 0) {
      trace("loses the answer", "and sends the call again");
      continue;
    }
    recorder.ended(performance.now() - startMs);
    if (answer.done) trace("is answered", answer.before ? "done, as told before" : "done");
    else trace("is refused", answer.why);
    return answer;
  }
}
