/** `performance.now()` counts from the start of its process; the machine's monotonic clock is the same for all of them. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds that processes of one machine may compare. */
export const machineNowMs = (): number => OFFSET_MS + performance.now();
