import { constants } from "node:os";
import { describeError, type Logger } from "../log.ts";

/** Longer than any call's usual deadline; what has not ended by then is left to its idempotency key. */
const SHUTDOWN_MS = 10_000;
/** Ctrl-C reaches a process from the terminal and again through pnpm or tsx; only a later signal is a second one. */
const SAME_SIGNAL_MS = 300;

type Closer = () => Promise<void>;

export interface Shutdown {
  /** Adds what must end before the process does; the last added ends first. */
  add(close: Closer): void;
  /** Ends everything, as a signal does, without leaving the process: for a command that failed half-way. */
  run(): Promise<void>;
  /** Whether a signal has come, so that a failure of what is under way needs no words. */
  readonly started: boolean;
}

/** Ends the process in order on SIGINT and SIGTERM: exit code 0 when all was closed in time; a second signal exits at once. */
export function installShutdown(log: Logger): Shutdown {
  const closers: Closer[] = [];
  let startedAt: number | undefined;

  const run = async (): Promise<void> => {
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (startedAt !== undefined) {
      if (now - startedAt > SAME_SIGNAL_MS) process.exit(128 + constants.signals[signal]);
      return;
    }
    startedAt = now;
    setTimeout(() => {
      log.error("not everything ended within 10 s of the signal; leaving anyway");
      process.exit(1);
    }, SHUTDOWN_MS);
    run().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ fault: describeError(error) }, "shutting down failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);

  return {
    add: (close) => closers.push(close),
    run,
    get started() {
      return startedAt !== undefined;
    },
  };
}

/** Nothing may get here. If something does, the process is in a state that nobody foresaw, so it ends. */
export function installCrashHandlers(log: Logger): void {
  const crash = (kind: string) => (error: unknown) => {
    log.fatal({ fault: describeError(error) }, kind);
    process.exit(1);
  };
  process.on("uncaughtException", crash("uncaught exception"));
  process.on("unhandledRejection", crash("unhandled rejection"));
}
