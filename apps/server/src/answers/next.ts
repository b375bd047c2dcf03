import { randomUUID } from "node:crypto";
import { type Db, HoldfastError, listWaiting, listWaitingTenants } from "@holdfast/db";
import { answererOf, type Job } from "./job.ts";
import { repeat } from "./repeat.ts";

const WITHIN_MS = 10_000;

/** Opens the answer to what waits in a conversation; undefined when nothing does any more, or somebody else was first. */
export async function openNext(
  db: Db,
  tenantId: number,
  conversationId: string,
  walletId: string | null,
): Promise<Job | undefined> {
  const command = {
    kind: "conversations.answer",
    idempotencyKey: `answer:${randomUUID()}`,
    conversationId,
    ...(walletId === null ? {} : { walletId }),
  } as const;
  try {
    const { answer } = await repeat(() => db.execute(answererOf(tenantId), command), WITHIN_MS);
    // A wallet that can't pay any more is told in the conversation.
    return answer === null ? undefined : { tenantId, conversationId, ...answer };
  } catch (error) {
    const isTaken =
      error instanceof HoldfastError && (error.code === "ANSWER_UNDER_WAY" || error.code === "NOT_FOUND");
    if (isTaken) return undefined;
    throw error;
  }
}

/** The same for a conversation of which nobody has told whether anything waits. */
export async function openWaiting(
  db: Db,
  tenantId: number,
  conversationId: string,
): Promise<Job | undefined> {
  const read = () => listWaiting(db, answererOf(tenantId), conversationId);
  const [waiting] = await repeat(read, WITHIN_MS);
  return waiting && openNext(db, tenantId, conversationId, waiting.walletId);
}

/** Opens the answers to all that waits, in all tenants: what a server that died has left behind. */
export async function* openAllWaiting(db: Db): AsyncGenerator<Job> {
  for (const tenantId of await listWaitingTenants(db)) {
    for (const { conversationId, walletId } of await listWaiting(db, answererOf(tenantId))) {
      const job = await openNext(db, tenantId, conversationId, walletId);
      if (job !== undefined) yield job;
    }
  }
}
