import { readFile } from "node:fs/promises";
import type { HistoryEvent, Replied, Sent } from "./history.ts";
import { machineMs } from "./server/diary.ts";

/** Attempts of the servers' own are counted from here on, so that no client has the same number. */
const FIRST_ATTEMPT = 1_000_000_000;

/**
 * The diaries of all servers as a part of the history, for some tenants and up to a moment of its clock. A line that its
 * writer was killed over is left out: then the call had not begun, or its answer was heard by nobody.
 */
export async function readDiaries(
  files: readonly string[],
  tenantIds: readonly number[],
  untilMs: number,
): Promise<HistoryEvent[]> {
  const aheadMs = machineMs() - performance.now();
  const events: HistoryEvent[] = [];
  let attempts = FIRST_ATTEMPT;
  for (const file of files) {
    // Each life counts its attempts from one.
    for (const life of (await readFile(file, "utf8")).split("\n\n")) {
      const numbers = new Map<number, number>();
      for (const line of life.split("\n")) {
        const event = parsed(line);
        if (event === undefined) continue;
        if (event.type === "sent") {
          if (!tenantIds.includes(event.caller.tenantId)) continue;
          numbers.set(event.attempt, ++attempts);
        }
        const attempt = numbers.get(event.attempt);
        const atMs = event.atMs - aheadMs;
        if (attempt === undefined || (event.type === "replied" && atMs > untilMs)) continue;
        events.push({ ...event, attempt, atMs });
      }
    }
  }
  return events;
}

function parsed(line: string): Sent | Replied | undefined {
  try {
    return line === "" ? undefined : (JSON.parse(line) as Sent | Replied);
  } catch {
    return undefined;
  }
}
