import type { Catalogue } from "@holdfast/race-lab/stories";
import { useQuery } from "@tanstack/react-query";

/** The server is not in demo mode, or was called by another name than this machine's own. */
export class NoLabError extends Error {
  override readonly name = "NoLabError";
}

/** The stories and strategies of this server's race lab. They don't change while it runs. */
export function useCatalogue() {
  return useQuery({
    queryKey: ["race-lab"],
    queryFn: readCatalogue,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: (failures, error) => !(error instanceof NoLabError) && failures < 2,
    retryDelay: 500,
  });
}

async function readCatalogue({ signal }: { signal: AbortSignal }): Promise<Catalogue> {
  const response = await fetch("/demo/lab", { signal });
  if (response.status === 404) throw new NoLabError("This server has no race lab.");
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}.`);
  return response.json();
}
