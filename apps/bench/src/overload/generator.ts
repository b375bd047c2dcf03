import { setTimeout as pause } from "node:timers/promises";
import { Latencies, merge } from "../load.ts";
import {
  type ArriveOrder,
  type ArriveReport,
  type CloseReport,
  type OpenOrder,
  type PeakOrder,
  type PeakReport,
  SLICE_SECONDS,
  type Slice,
} from "./orders.ts";
import { RawConnection } from "./raw-connection.ts";
import { placesOfKeys, renewKeys, writeRequest } from "./requests.ts";

const SUCCESS = 200;
const REFUSAL = 503;
/** So many connect at a time: a server's queue of new connections is not what is measured. */
const WAVE = 100;
const TICK_MS = 1;

/** Requests by raw sockets, as many as two cores allow. */
export interface Generator {
  peak(order: PeakOrder): Promise<PeakReport>;
  arrive(order: ArriveOrder): Promise<ArriveReport>;
  close(): CloseReport;
}

export async function openGenerator(order: OpenOrder): Promise<Generator> {
  const connections = await connect(order);
  const places = placesOfKeys(writeRequest(order, 0));
  const acknowledged: [number, number] = [0, 0];
  const statuses: Record<string, number> = {};

  function send(connection: RawConnection, dueMs: number): void {
    connection.dueMs = dueMs;
    renewKeys(connection.request, places);
    connection.send();
  }

  function note({ direction }: RawConnection, status: number): void {
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === SUCCESS) acknowledged[direction] += order.callsPerRequest;
  }

  return {
    async peak({ callers, seconds }) {
      const goodMs = new Latencies();
      const startedMs = performance.now();
      const endsMs = startedMs + seconds * 1_000;
      const taking = connections.slice(0, callers);
      await Promise.all(
        taking.map(
          (connection) =>
            new Promise<void>((resolve) => {
              connection.onAnswer = (_, status) => {
                note(connection, status);
                const nowMs = performance.now();
                if (status === SUCCESS && nowMs < endsMs) goodMs.add(nowMs - connection.dueMs);
                if (nowMs < endsMs) send(connection, nowMs);
                else resolve();
              };
              send(connection, performance.now());
            }),
        ),
      );
      const all = merge([goodMs]);
      return { requestsPerSecond: all.length / seconds, goodMs: all };
    },

    async arrive({ phases }) {
      // In turn, so that none is idle for so long that it is closed.
      const free = [...connections];
      const slices: OpenSlice[][] = phases.map(({ seconds }) =>
        Array.from({ length: Math.round(seconds / SLICE_SECONDS) }, () => new OpenSlice()),
      );
      const sliceOf = new Map<RawConnection, OpenSlice>();
      for (const connection of connections) {
        connection.onAnswer = (_, status) => {
          note(connection, status);
          const tookMs = performance.now() - connection.dueMs;
          sliceOf.get(connection)?.answered(status, tookMs, tookMs <= order.deadlineMs);
          free.push(connection);
        };
      }
      let beganMs = performance.now();
      for (const [at, { requestsPerSecond, seconds }] of phases.entries()) {
        const all = Math.round(requestsPerSecond * seconds);
        for (let due = 0; due < all; ) {
          const nowMs = performance.now();
          const dueNow = Math.min(all, Math.floor(((nowMs - beganMs) / 1_000) * requestsPerSecond) + 1);
          for (; due < dueNow; due++) {
            const afterMs = (due / requestsPerSecond) * 1_000;
            const slice = slices[at]?.[Math.floor(afterMs / 1_000 / SLICE_SECONDS)];
            if (slice === undefined) continue;
            slice.due++;
            slice.late(nowMs - beganMs - afterMs);
            const connection = free.shift();
            if (connection === undefined) continue;
            slice.sent++;
            sliceOf.set(connection, slice);
            send(connection, beganMs + afterMs);
          }
          await pause(TICK_MS);
        }
        beganMs += seconds * 1_000;
      }
      while (free.length < connections.length) await pause(TICK_MS);
      return { phases: slices.map((some) => some.map((slice) => slice.close())) };
    },

    close() {
      for (const connection of connections) connection.close();
      return { acknowledged, statuses };
    },
  };
}

async function connect(order: OpenOrder): Promise<RawConnection[]> {
  const connections = Array.from({ length: order.connections }, (_, at) => {
    const direction = (at % 2) as 0 | 1;
    return new RawConnection(order.port, writeRequest(order, direction), direction);
  });
  for (let at = 0; at < connections.length; at += WAVE) {
    await Promise.all(connections.slice(at, at + WAVE).map((connection) => connection.open()));
  }
  return connections;
}

class OpenSlice {
  due = 0;
  sent = 0;
  #failed = 0;
  readonly #good = new Latencies();
  readonly #refused = new Latencies();
  readonly #late = new Latencies();

  late(ms: number): void {
    this.#late.add(ms);
  }

  answered(status: number, tookMs: number, inTime: boolean): void {
    if (status === REFUSAL) this.#refused.add(tookMs);
    else if (status === SUCCESS && inTime) this.#good.add(tookMs);
    else this.#failed++;
  }

  close(): Slice {
    const [goodMs, refusedMs, lagMs] = [this.#good, this.#refused, this.#late].map((part) =>
      merge([part]),
    ) as [Float64Array, Float64Array, Float64Array];
    const { due, sent } = this;
    const failed = this.#failed;
    return { due, sent, lagMs, failed, good: goodMs.length, refused: refusedMs.length, goodMs, refusedMs };
  }
}
