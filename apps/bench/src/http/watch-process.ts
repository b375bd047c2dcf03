import { setTimeout as pause } from "node:timers/promises";
import { Histogram } from "../watchers/latency.ts";
import { MessageReader } from "../watchers/messages.ts";
import type { Committed, WatchMark, WatchOrder, WatchReport } from "../watchers/orders.ts";
import { Subscriber } from "../watchers/subscriber.ts";

/** So many connect at a time: a server's queue of new connections is not what is measured. */
const WAVE = 100;
/** How long the last event may take after the last change. */
const PATIENCE_MS = 10_000;

const subscribers: Subscriber[] = [];
/** Who heard of which versions when; columns, because an object each would be collected while the clock runs. */
const heard = { atMs: [] as number[], first: [] as number[], last: [] as number[] };

/** The subscribers, in a process of their own. */
process.on("message", async (order: WatchOrder) => {
  const report = await answer(order);
  process.send?.(report);
});
process.once("disconnect", () => process.exit());

async function answer(order: WatchOrder): Promise<object> {
  switch (order.type) {
    case "connect":
      await connect(order);
      return {};
    case "mark":
      return mark();
    case "finish":
      return finish(order.committed);
  }
}

async function connect(order: Extract<WatchOrder, { type: "connect" }>): Promise<void> {
  const reader = new MessageReader(order.showId);
  const hear = (atMs: number, first: number, last: number): void => {
    heard.atMs.push(atMs);
    heard.first.push(first);
    heard.last.push(last);
  };
  while (subscribers.length < order.watchers) {
    const size = Math.min(WAVE, order.watchers - subscribers.length);
    const wave = Array.from({ length: size }, () => new Subscriber(order.since, reader, hear));
    subscribers.push(...wave);
    await Promise.all(wave.map((subscriber) => subscriber.connect(order)));
  }
}

function mark(): WatchMark {
  return {
    bytes: subscribers.reduce((sum, { bytes }) => sum + bytes, 0),
    events: subscribers.reduce((sum, { counts }) => sum + counts.heard, 0),
  };
}

async function finish({ first, timesMs }: Committed): Promise<WatchReport> {
  const last = first + timesMs.length - 1;
  const untilMs = performance.now() + PATIENCE_MS;
  while (subscribers.some((one) => one.last < last) && performance.now() < untilMs) await pause(20);
  const end = mark();
  const histogram = new Histogram();
  let lastHeardMs = 0;
  for (const [at, atMs] of heard.atMs.entries()) {
    for (let version = heard.first[at] ?? 0; version <= (heard.last[at] ?? -1); version++) {
      const committedMs = timesMs[version - first];
      if (committedMs === undefined) continue;
      // News may come a moment before the answer to whoever made them.
      histogram.add(Math.max(0, atMs - committedMs));
      lastHeardMs = Math.max(lastHeardMs, atMs);
    }
  }
  const wrong = wrongOf(last);
  for (const subscriber of subscribers) subscriber.close();
  return {
    ...end,
    p50Ms: histogram.percentile(0.5),
    p99Ms: histogram.percentile(0.99),
    p999Ms: histogram.percentile(0.999),
    maxMs: histogram.maxMs,
    pairs: histogram.size,
    lastHeardMs,
    wrong,
  };
}

function wrongOf(last: number): string[] {
  const sum = (of: (one: Subscriber) => number): number => subscribers.reduce((all, one) => all + of(one), 0);
  const counts: readonly (readonly [number, string])[] = [
    [sum((one) => one.missing.size + Math.max(0, last - one.last)), "versions were missed"],
    [sum((one) => Math.max(0, one.last - last)), "versions were told that nobody made"],
    [sum(({ counts }) => counts.repeated), "were told twice"],
    [sum(({ counts }) => counts.outOfOrder), "came out of their order"],
    [sum(({ counts }) => counts.resets), "resets were told"],
  ];
  const ended = subscribers.flatMap(({ ended }) => ended ?? []);
  return [
    ...counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count.toLocaleString("en-US")} ${what}`])),
    ...(ended.length === 0 ? [] : [`${ended.length} streams ended, the first because: ${ended[0]}`]),
  ];
}
