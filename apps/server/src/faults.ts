import { describeError, type Logger } from "./log.ts";

/** Where unknown faults are told: the answer has the id, the log has the id and the place. */
export type ReportFault = (error: unknown, id: string) => void;

export function createFaultReport(log: Logger): ReportFault {
  return (error, id) => log.error({ id, fault: describeError(error) }, "unknown fault");
}
