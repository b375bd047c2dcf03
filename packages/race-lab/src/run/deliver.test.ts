import { expect, test } from "vitest";
import type { Step } from "../events.ts";
import { done } from "../strategy.ts";
import { deliver } from "./deliver.ts";

const DELIVERY = { call: "call", number: 1, round: 1, caller: "caller 1", lostAnswers: 2 };
const HOUR_MS = 3_600_000;

function recorded() {
  const steps: Omit<Step, "atMs">[] = [];
  const ended: number[] = [];
  const recorder = {
    atMs: 0,
    note: (step: Omit<Step, "atMs">) => void steps.push(step),
    ended: (ms: number) => void ended.push(ms),
    stop: () => {},
  };
  return { recorder, steps, ended };
}

test("a call whose answer is lost is sent again, and ends once", async () => {
  const { recorder, steps, ended } = recorded();
  const options = { latencyMs: 0, endMs: performance.now() + HOUR_MS, signal: new AbortController().signal };
  expect(await deliver(DELIVERY, { ...options, recorder, run: async () => done })).toEqual(done);
  expect(steps.map(({ attempt, does }) => [attempt, does])).toEqual([
    [1, "loses the answer"],
    [2, "loses the answer"],
    [3, "is answered"],
  ]);
  expect(ended).toHaveLength(1);
});

test("when the time is over nobody waits for latency, and no answer is lost", async () => {
  const { recorder, steps } = recorded();
  const options = { latencyMs: HOUR_MS, endMs: performance.now(), signal: new AbortController().signal };
  await deliver(DELIVERY, { ...options, recorder, run: ({ latency }) => latency().then(() => done) });
  expect(steps.map(({ does }) => does)).toEqual(["is answered"]);
});

test("an abort ends latency", async () => {
  const { recorder } = recorded();
  const stop = new AbortController();
  const options = { latencyMs: HOUR_MS, endMs: performance.now() + 2 * HOUR_MS, signal: stop.signal };
  const delivered = deliver(DELIVERY, {
    ...options,
    recorder,
    run: ({ latency }) => latency().then(() => done),
  });
  stop.abort();
  await expect(delivered).rejects.toMatchObject({ name: "AbortError" });
});
