import { startProxy } from "./proxy.ts";

/** Counts what passes between a client and Postgres. */
export interface WireMeter {
  readonly port: number;
  /** How often a client spoke after the server had answered: what distance would cost. */
  readonly roundTrips: number;
  /** Statements that Postgres reported as done, BEGIN, SET and COMMIT among them. */
  readonly statements: number;
  close(): Promise<void>;
}

const HEADER = 5;
const COMMAND_COMPLETE = "C".charCodeAt(0);

/** A proxy in front of Postgres that reads along. For counting, not for timing. */
export async function startWireMeter(targetPort: number): Promise<WireMeter> {
  const counts = { roundTrips: 0, statements: 0 };
  const proxy = await startProxy(targetPort, () => {
    let answered = true;
    const read = messageReader((type) => {
      if (type === COMMAND_COMPLETE) counts.statements++;
    });
    return {
      sent(_data, pass) {
        if (answered) counts.roundTrips++;
        answered = false;
        pass();
      },
      answered(data, pass) {
        answered = true;
        read(data);
        pass();
      },
    };
  });
  return {
    port: proxy.port,
    close: proxy.close,
    get roundTrips() {
      return counts.roundTrips;
    },
    get statements() {
      return counts.statements;
    },
  };
}

/** The server's messages: a type byte and a length each. */
function messageReader(onMessage: (type: number) => void): (data: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (data) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (;;) {
      if (pending.length < HEADER) return;
      const length = pending.readInt32BE(1) + 1;
      if (pending.length < length) return;
      onMessage(pending[0] ?? 0);
      pending = pending.subarray(length);
    }
  };
}
