import { useQuery } from "@tanstack/react-query";
import { readingOf } from "./reading.ts";
import { append, EVERY_MS, type Timeline } from "./timeline.ts";

const TIMEOUT_MS = 5_000;
const queryKey = ["server-metrics"];

/** Reads `/metrics` every two seconds, except while the tab is hidden, and remembers five minutes of it. */
export function useTimeline() {
  return useQuery({
    queryKey,
    queryFn: async ({ client, signal }) =>
      append(client.getQueryData<Timeline>(queryKey), readingOf(await readText(signal), Date.now())),
    refetchInterval: EVERY_MS,
    // A timeline is new as a whole each time; comparing it with the last one would find nothing to keep.
    structuralSharing: false,
  });
}

/** Not by way of the client: no call of anybody's, so neither its retries nor its token belong to it. */
async function readText(signal: AbortSignal): Promise<string> {
  const response = await fetch("/metrics", {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    cache: "no-store",
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error("The server did not answer. It is asked again every two seconds.");
  });
  if (response.ok) return response.text();
  if (response.status >= 500)
    throw new Error(`The server answered ${response.status}. It is asked again every two seconds.`);
  throw new Error(
    `/metrics is closed to this page (${response.status}). A proxy that keeps it from the world does right; look at it from inside.`,
  );
}
