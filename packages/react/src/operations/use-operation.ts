import { useQuery } from "@tanstack/react-query";
import { useHoldfast } from "../context.ts";
import { operationQuery } from "./queries.ts";

/** What became of a command, by its idempotency key or the id of its operation: what it was told and every row it wrote. */
export function useOperation(keyOrId: string | undefined) {
  const scope = useHoldfast();
  return useQuery(
    { ...operationQuery(scope, keyOrId ?? ""), enabled: keyOrId !== undefined },
    scope.queryClient,
  );
}
