import { SessionLost } from "./postgres-error.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";

/** How the sessions stand at the moment. */
export interface SessionsState {
  /** Lent to a transaction. */
  readonly inUse: number;
  /** The most that there may be. */
  readonly max: number;
  /** Transactions that wait for one. */
  readonly waiting: number;
  /** Transactions that ever had to. */
  readonly waited: number;
}

/** Where a transaction has its session from. */
export interface Lender {
  /** A session for one transaction; rejects with SessionLost when none is free before `deadline` (epoch ms). */
  acquire(deadline: number): Promise<Session>;
  /** The transaction on it has sent its COMMIT, and sends nothing more. */
  committing?(session: Session): void;
  /** Gives a session back; `clean` says that its transaction ended and was answered. */
  release(session: Session, clean: boolean): void;
}

/** A bounded pool of sessions. A session that did not end cleanly is never lent again. */
export interface Sessions extends Lender {
  readonly state: SessionsState;
  /** Ends the idle sessions now and the lent ones as they come back. */
  close(): Promise<void>;
}

export function createSessions(options: SessionOptions & { readonly max: number }): Sessions {
  const idle: Session[] = [];
  const waiting: { give(session: Session): void; fail(error: Error): void }[] = [];
  let lent = 0;
  let waited = 0;
  let closed = false;
  let whenEmpty: (() => void) | undefined;

  const endIdle = (): void => {
    for (const session of idle.splice(0)) session.destroy("the pool was closed");
    if (lent === 0) whenEmpty?.();
  };

  return {
    get state() {
      return { inUse: lent, max: options.max, waiting: waiting.length, waited };
    },

    async acquire(deadline) {
      if (closed) throw new SessionLost("the pool is closed");
      // The last one used has the warmest cache and its prepared statements.
      for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
        if (session.lost) continue;
        lent++;
        return session;
      }
      if (lent < options.max) {
        lent++;
        return openSession(options);
      }
      waited++;
      return new Promise<Session>((give, fail) => {
        const waiter = { give, fail };
        waiting.push(waiter);
        const timer = setTimeout(
          () => {
            const at = waiting.indexOf(waiter);
            if (at >= 0) waiting.splice(at, 1);
            fail(new SessionLost("no session was free in time"));
          },
          Math.max(0, deadline - Date.now()),
        );
        waiter.give = (session) => {
          clearTimeout(timer);
          give(session);
        };
        waiter.fail = (error) => {
          clearTimeout(timer);
          fail(error);
        };
      });
    },

    release(session, clean) {
      if (!clean) session.destroy("its transaction did not end cleanly");
      const next = closed ? undefined : waiting.shift();
      if (next !== undefined) {
        next.give(session.lost ? openSession(options) : session);
        return;
      }
      lent--;
      if (!session.lost) idle.push(session);
      if (closed) endIdle();
    },

    async close() {
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.fail(new SessionLost("the pool is closed"));
      const empty = new Promise<void>((resolve) => {
        whenEmpty = resolve;
      });
      endIdle();
      await empty;
    },
  };
}
