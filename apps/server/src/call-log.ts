import type { CallEnded } from "@holdfast/api";
import { trace } from "@opentelemetry/api";
import type { Logger } from "./log.ts";

/** Notes one call of the request that bears this id. */
export type LogCall = (ended: CallEnded, requestId: string) => void;

/** A call that took so long is worth a line although it succeeded. */
const SLOW_MS = 1_000;

/**
 * One line a call: at `info` those that were refused, failed or slow, at `debug` all. Above `info` there is no call log, and
 * nothing is paid for it. A line says who by tenant and role alone: the operation leads an admin to the rest.
 */
export function createCallLog(log: Logger): LogCall | undefined {
  if (!log.isLevelEnabled("info")) return undefined;
  const all = log.isLevelEnabled("debug");
  return (ended, requestId) => {
    const { procedure, principal, code, faultId, operationId, replayed, durationMs } = ended;
    const quiet = code === undefined && durationMs < SLOW_MS;
    if (quiet && !all) return;
    const line = {
      requestId,
      traceId: trace.getActiveSpan()?.spanContext().traceId,
      procedure,
      tenantId: principal?.tenantId,
      role: principal?.role,
      code: code ?? "OK",
      durationMs: Math.round(durationMs * 1_000) / 1_000,
      replayed,
      operationId,
      faultId,
    };
    if (quiet) log.debug(line, "call");
    else log.info(line, "call");
  };
}
