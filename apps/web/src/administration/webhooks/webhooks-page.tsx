import { Administration } from "../administration.tsx";
import { Nothing, Unread } from "../unread.tsx";
import { NewWebhook } from "./new-webhook.tsx";
import { useWebhooks } from "./use-webhooks.ts";
import { WebhookRow } from "./webhook-row.tsx";

/** The webhooks of the tenant. `open`: the one whose deliveries are shown. */
export function WebhooksPage({ open }: { open: string | undefined }) {
  const { data, error, isFetching, refetch } = useWebhooks();
  return (
    <Administration
      part="Webhooks"
      about="Addresses that are told every change of some kinds of topics, signed, each topic in its order, until they answer with 2xx."
      form={<NewWebhook />}
    >
      {!data && <Unread what="webhooks" error={error} busy={isFetching} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Nothing title="No webhooks yet">
          What changes from the moment one is made is sent to it; nothing of what was before.
        </Nothing>
      )}
      {data && data.length > 0 && (
        <ul aria-label="Webhooks" className="border-y border-line">
          {data.map((webhook) => (
            <WebhookRow key={webhook.webhookId} webhook={webhook} isOpen={webhook.webhookId === open} />
          ))}
        </ul>
      )}
    </Administration>
  );
}
