import { isHoldfastError } from "@holdfast/client";
import { queryKeys, useHoldfast } from "@holdfast/react";
import { useQuery } from "@tanstack/react-query";

export type Explanation = Awaited<ReturnType<ReturnType<typeof useExplain>>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What became of a command, by its idempotency key or the id of its operation. */
export function useExplanation(asked: string | undefined) {
  const { identity } = useHoldfast();
  const explain = useExplain();
  return useQuery({
    queryKey: [...queryKeys.all(identity), "operation", asked],
    queryFn: ({ signal }) => explain(asked ?? "", signal),
    enabled: asked !== undefined,
  });
}

/** Many keys are UUIDs, as every operation's id is: what is no key may be an id. */
function useExplain() {
  const { explain } = useHoldfast().client.operations;
  return async (asked: string, signal: AbortSignal) => {
    try {
      return await explain({ idempotencyKey: asked }, { signal });
    } catch (error) {
      if (!UUID.test(asked) || !isHoldfastError(error) || error.code !== "NOT_FOUND") throw error;
      return explain({ operationId: asked }, { signal });
    }
  };
}
