import type { ConversationChange, Db } from "@holdfast/db";
import { answererOf, type Job } from "./job.ts";

/**
 * Calls `onEnd` when an answer is ended by somebody else, such as by `stop` at another replica, until the signal.
 *
 * The next save would tell, too; but a model that is silent, and so has nothing to save, would go on and cost until its lease is
 * to be renewed. The change feed tells within some 50 ms and, when a doorbell gets lost, within 3 s, and costs the database
 * nothing: a look every second for each answer would.
 */
export async function watchForEnd(
  db: Db,
  { tenantId, conversationId, seq }: Job,
  since: bigint,
  onEnd: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const topic = { kind: "conversation", id: conversationId, since };
    for await (const events of await db.watch(answererOf(tenantId), [topic], signal)) {
      for (const event of events) {
        if (event.type !== "change") continue;
        const change = event.data as unknown as ConversationChange;
        if (change.kind === "settled" && change.seq === seq) return onEnd();
      }
    }
  } catch {
    // Without the feed, or after it has ended with the server, the next save tells.
  }
}
