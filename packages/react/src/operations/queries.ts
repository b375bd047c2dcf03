import { isHoldfastError } from "@holdfast/client";
import { queryOptions } from "@tanstack/react-query";
import type { MutationError, OperationStory } from "../client-types.ts";
import { queryKeys } from "../query-keys.ts";
import { BY_THE_CLIENT, type Reader } from "../reader.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What `useOperation` reads. Many keys are UUIDs, as every operation's id is: what is no key may be an id. */
export function operationQuery({ client, identity }: Reader, keyOrId: string) {
  const { explain } = client.operations;
  return queryOptions<OperationStory, MutationError>({
    ...BY_THE_CLIENT,
    queryKey: queryKeys.operation(identity, keyOrId),
    queryFn: async ({ signal }) => {
      try {
        return await explain({ idempotencyKey: keyOrId }, { signal });
      } catch (error) {
        if (!UUID.test(keyOrId) || !isHoldfastError(error) || error.code !== "NOT_FOUND") throw error;
        return explain({ operationId: keyOrId }, { signal });
      }
    },
  });
}
