import { exactTime } from "../../ui/format.ts";
import { Secret } from "../secret.tsx";
import { Unread } from "../unread.tsx";
import { useWebhookSecret, type Webhook } from "./use-webhooks.ts";

export function WebhookSecret({ webhook }: { webhook: Webhook }) {
  const { webhookId, secretVersion, previousSecretUntil } = webhook;
  const { data, error, isFetching, refetch } = useWebhookSecret(webhookId, secretVersion);
  if (!data) return <Unread what="secret" error={error} busy={isFetching} onRetry={() => void refetch()} />;
  return (
    <div className="flex max-w-xl flex-col gap-2">
      <p className="text-sm text-soft">
        What its messages are signed with, for a library of Standard Webhooks.
        {data.previousSecret !== null && previousSecretUntil !== null && (
          <> The one before signs too, until {exactTime(new Date(previousSecretUntil))}.</>
        )}
      </p>
      <Secret value={data.secret} what="the webhook’s secret" />
    </div>
  );
}
