import type { Finding } from "./oracles/finding.ts";
import type { ServerProcess } from "./world/server-process.ts";

export interface Health {
  /** What was seen until now. */
  readonly seen: { readonly longestSilenceMs: number; readonly largestMb: number };
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 200;
/** No request of a megabyte needs so much time of a process that others wait for. */
const SILENCE_MS = 3_000;
const GONE_MS = 30_000;
const MEMORY = /^holdfast_process_resident_memory_bytes (\d+)/m;

/** Asks the process again and again, beside all that it has to do, whether it is awake and how large it is. */
export function watchHealth(
  server: ServerProcess,
  { timed, onFinding }: { timed: boolean; onFinding: (finding: Finding) => void },
): Health {
  let stopping = false;
  let longestSilenceMs = 0;
  let largestMb = 0;
  const look = async (): Promise<void> => {
    const askedMs = performance.now();
    const url = `http://127.0.0.1:${server.port}/metrics`;
    const text = await fetch(url, { signal: AbortSignal.timeout(GONE_MS) }).then((response) =>
      response.text(),
    );
    longestSilenceMs = Math.max(longestSilenceMs, Math.round(performance.now() - askedMs));
    largestMb = Math.max(largestMb, Math.round(Number(MEMORY.exec(text)?.[1] ?? 0) / 2 ** 20));
  };
  const watch = async (): Promise<void> => {
    while (!stopping && server.exit === undefined) {
      // A process that has ended says so itself.
      await look().catch((error: unknown) => {
        if (server.exit === undefined && !stopping)
          onFinding({ rule: "the process stays awake", message: `no answer for ${GONE_MS} ms: ${error}` });
      });
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const watching = watch();
  return {
    get seen() {
      return { longestSilenceMs, largestMb };
    },
    async stop() {
      stopping = true;
      await watching;
      if (timed && longestSilenceMs > SILENCE_MS)
        onFinding({ rule: "the process stays awake", message: `silent for ${longestSilenceMs} ms` });
    },
  };
}
