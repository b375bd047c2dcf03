import type { Holdfast, Result } from "@holdfast/client";
import { queryKeys, readAgain, useHoldfast, useIntent } from "@holdfast/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

type Calls = Holdfast["webhooks"];
export type Webhook = Awaited<ReturnType<Calls["list"]>>["webhooks"][number];
export type Delivery = Awaited<ReturnType<Calls["deliveries"]>>["deliveries"][number];
type NewWebhook = Omit<Parameters<Calls["create"]>[0], "idempotencyKey">;

/** Messages go out by themselves, and no change feed tells of it. */
const EVERY_MS = 4_000;
const PAGE = 25;
const webhookKeys = (identity: string) => [...queryKeys.all(identity), "webhooks"];

/** The tenant's webhooks, the newest first, read every few seconds. */
export function useWebhooks() {
  const { client, queryClient, identity } = useHoldfast();
  return useQuery(
    {
      queryKey: [...webhookKeys(identity), "list"],
      queryFn: async ({ signal }) => (await client.webhooks.list({}, { signal })).webhooks,
      refetchInterval: EVERY_MS,
    },
    queryClient,
  );
}

/** What became of a webhook's messages, the newest first, read every few seconds. */
export function useDeliveries(webhookId: string, status: Delivery["status"] | undefined) {
  const { client, queryClient, identity } = useHoldfast();
  return useInfiniteQuery(
    {
      queryKey: [...webhookKeys(identity), "deliveries", webhookId, status],
      queryFn: ({ pageParam, signal }) =>
        client.webhooks.deliveries(
          { webhookId, limit: PAGE, ...(status && { status }), ...(pageParam && { before: pageParam }) },
          { signal },
        ),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ next }) => next,
      select: ({ pages }) => pages.flatMap(({ deliveries }) => deliveries),
      refetchInterval: EVERY_MS,
    },
    queryClient,
  );
}

/** A webhook's secret, read when somebody asks for it and forgotten when nobody looks any more. */
export function useWebhookSecret(webhookId: string, secretVersion: number) {
  const { client, queryClient, identity } = useHoldfast();
  return useQuery(
    {
      queryKey: [...webhookKeys(identity), "secret", webhookId, secretVersion],
      queryFn: ({ signal }) => client.webhooks.secret({ webhookId }, { signal }),
      gcTime: 0,
    },
    queryClient,
  );
}

/** A command on webhooks: one intent a slot, after which what is shown is read again. */
function useCommand<I, D>(
  slot: string,
  send: (calls: Calls, input: I, options: object) => Promise<Result<D>>,
) {
  const { client, queryClient, identity } = useHoldfast();
  return useIntent(`webhooks.${slot}`, async (input: I, options) => {
    const done = await send(client.webhooks, input, options);
    if (done.ok) await readAgain(queryClient, webhookKeys(identity));
    return done;
  });
}

export const useCreateWebhook = () =>
  useCommand("create", (calls, input: NewWebhook, options) => calls.create.safe(input, options));

interface One {
  webhookId: string;
}

export const useEnable = (webhookId: string) =>
  useCommand(`enable:${webhookId}`, (calls, input: One, options) => calls.enable.safe(input, options));
export const useDisable = (webhookId: string) =>
  useCommand(`disable:${webhookId}`, (calls, input: One, options) => calls.disable.safe(input, options));
export const useRotateSecret = (webhookId: string) =>
  useCommand(`rotate:${webhookId}`, (calls, input: One, options) => calls.rotateSecret.safe(input, options));
export const useRemove = (webhookId: string) =>
  useCommand(`remove:${webhookId}`, (calls, input: One, options) => calls.remove.safe(input, options));
export const useReplay = (deliveryId: string) =>
  useCommand(`replay:${deliveryId}`, (calls, input: One & { deliveryId: string }, options) =>
    calls.replay.safe(input, options),
  );
