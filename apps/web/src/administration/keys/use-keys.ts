import type { Holdfast } from "@holdfast/client";
import { queryKeys, readAgain, useHoldfast, useIntent } from "@holdfast/react";
import { useInfiniteQuery } from "@tanstack/react-query";

type Keys = Holdfast["keys"];
export type ApiKey = Awaited<ReturnType<Keys["list"]>>["keys"][number];
type NewKey = Omit<Parameters<Keys["create"]>[0], "idempotencyKey">;

const PAGE = 50;
const keyList = (identity: string) => [...queryKeys.all(identity), "keys"];

/** The tenant's API keys, the newest first; read again on focus, and after each change made here. */
export function useKeys() {
  const { client, queryClient, identity } = useHoldfast();
  return useInfiniteQuery(
    {
      queryKey: keyList(identity),
      queryFn: ({ pageParam, signal }) =>
        client.keys.list({ limit: PAGE, ...(pageParam && { before: pageParam }) }, { signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ next }) => next,
      select: ({ pages }) => pages.flatMap(({ keys }) => keys),
    },
    queryClient,
  );
}

/** A lost answer loses no key: the same intent is told it again, also after a reload. */
export function useCreateKey() {
  const { client, queryClient, identity } = useHoldfast();
  return useIntent("keys.create", async (input: NewKey, options) => {
    const created = await client.keys.create.safe(input, options);
    if (created.ok) void readAgain(queryClient, keyList(identity));
    return created;
  });
}

export function useRevokeKey(keyId: string) {
  const { client, queryClient, identity } = useHoldfast();
  return useIntent(`keys.revoke:${keyId}`, async (input: { keyId: string }, options) => {
    const revoked = await client.keys.revoke.safe(input, options);
    if (revoked.ok) await queryClient.invalidateQueries({ queryKey: keyList(identity) });
    return revoked;
  });
}
