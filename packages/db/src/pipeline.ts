import type { Session } from "./session.ts";
import type { Lender, Sessions } from "./sessions.ts";

/**
 * Lends a session to transactions one behind the other: the next one's BEGIN follows the COMMIT of the one before at once,
 * not its answer. Postgres executes what a session is sent in order, so each of them still begins when the other has ended,
 * and how that one ended is nothing to it; but neither the way back and forth lies between them, nor what else Node has to do.
 */
export interface Pipeline extends Lender {
  /** Whether a COMMIT is on its way that a transaction may follow. Not while others wait for a session: it is their turn. */
  isOpen(): boolean;
}

export function createPipeline(sessions: Sessions, onOpen: () => void): Pipeline {
  /** How many transactions are on each session. */
  const lent = new Map<Session, number>();
  let committing: Session | undefined;

  const pipeline: Pipeline = {
    isOpen() {
      return committing !== undefined && !committing.lost && sessions.state.waiting === 0;
    },

    async acquire(deadline) {
      const followed = pipeline.isOpen() ? committing : undefined;
      committing = undefined;
      const session = followed ?? (await sessions.acquire(deadline));
      lent.set(session, (lent.get(session) ?? 0) + 1);
      return session;
    },

    committing(session) {
      committing = session;
      onOpen();
    },

    release(session, clean) {
      // Whoever follows on it learns at once that it is gone.
      if (!clean) session.destroy("a transaction before did not end cleanly");
      const others = (lent.get(session) ?? 1) - 1;
      if (others > 0) {
        lent.set(session, others);
        return;
      }
      lent.delete(session);
      if (committing === session) committing = undefined;
      sessions.release(session, !session.lost);
    },
  };
  return pipeline;
}
