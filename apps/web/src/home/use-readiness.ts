import { useQuery } from "@tanstack/react-query";

/** What `/readyz` tells; `unanswered` when nothing does. */
export type Readiness = "ready" | "database unreachable" | "draining" | "unanswered";

const EVERY_MS = 5_000;
/** The server itself waits two seconds for its database. */
const TIMEOUT_MS = 4_000;

/** Whether this server can do its work, asked every five seconds except while the tab is hidden. */
export function useReadiness() {
  return useQuery({
    queryKey: ["readiness"],
    queryFn: ({ signal }) => readReadiness(signal),
    refetchInterval: EVERY_MS,
    // Offline, it is asked as well: the answer is then that there is none.
    networkMode: "always",
  });
}

async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch("/readyz", {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      cache: "no-store",
    });
    const { status } = (await response.json()) as { status: Readiness };
    return status;
  } catch (error) {
    if (signal.aborted) throw error;
    return "unanswered";
  }
}
