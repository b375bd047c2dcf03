import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Replied, Sent } from "./history.ts";
import { readDiaries } from "./read-diary.ts";
import { machineMs, openDiary } from "./server/diary.ts";

const sent = (attempt: number, tenantId = 1): Sent => ({
  ...{ type: "sent", attempt, atMs: machineMs(), procedure: "conversations.save", input: {} },
  ...{ caller: { tenantId, subject: "model", role: "service" }, server: 0, deadlineMs: 1_000, direct: false },
});
const replied = (attempt: number): Replied => ({
  ...{ type: "replied", attempt, atMs: machineMs() },
  reply: { kind: "success", data: {} },
});

test("a diary outlives its writers: a torn line is left out, and each life's attempts are its own", async () => {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-diary-"));
  const file = join(directory, "diary.jsonl");
  const beforeMs = performance.now();
  const first = openDiary(file);
  for (const event of [sent(1), replied(1), sent(2, 2), sent(3)]) first.write(event);
  await appendFile(file, JSON.stringify(replied(3)).slice(0, 20));
  const second = openDiary(file);
  second.write(sent(1));
  const untilMs = performance.now();
  second.write(replied(1));

  const events = await readDiaries([file], [1], untilMs);
  expect(events.map(({ type }) => type)).toEqual(["sent", "replied", "sent", "sent"]);
  const attempts = events.flatMap((event) => ("attempt" in event ? [event.attempt] : []));
  expect(new Set(attempts).size).toBe(3);
  for (const event of events) {
    const atMs = "atMs" in event ? event.atMs : 0;
    expect(atMs).toBeGreaterThanOrEqual(beforeMs - 1);
    expect(atMs).toBeLessThanOrEqual(untilMs + 1);
  }
  await rm(directory, { recursive: true });
});
