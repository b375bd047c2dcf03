import { Link } from "@tanstack/react-router";
import { CopyId } from "../../ui/copy-id.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Deliveries } from "./deliveries.tsx";
import type { Webhook } from "./use-webhooks.ts";
import { WebhookActions } from "./webhook-actions.tsx";

/** One webhook: where it goes, how it stands, what can be done with it; open, what became of its messages. */
export function WebhookRow({ webhook, isOpen }: { webhook: Webhook; isOpen: boolean }) {
  const { webhookId, url, topics, description } = webhook;
  return (
    <li data-webhook={webhookId} className="flex flex-col gap-2 border-line px-3 py-3 not-first:border-t">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p title={url} className="line-clamp-3 min-w-0 font-mono font-medium wrap-anywhere">
          {url}
        </p>
        <WebhookState webhook={webhook} />
      </div>
      <p className="text-sm text-soft">
        {description && <span className="wrap-anywhere">{description}. </span>}
        Follows {topics.map((topic) => `${topic}s`).join(", ")}
        <span className="pl-3">
          <CopyId id={webhookId} what="webhook id" />
        </span>
      </p>
      <WebhookActions webhook={webhook}>
        <Link
          to="/administration/webhooks"
          search={isOpen ? {} : { webhook: webhookId }}
          resetScroll={false}
          aria-expanded={isOpen}
          className="inline-flex min-h-8 items-center rounded-md border border-edge bg-surface px-3 py-1 hover:bg-sunken aria-expanded:bg-sunken pointer-coarse:min-h-10"
        >
          Deliveries
        </Link>
      </WebhookActions>
      {isOpen && <Deliveries webhookId={webhookId} />}
    </li>
  );
}

function WebhookState({ webhook: { status, reason, topicsBehind, behindSince } }: { webhook: Webhook }) {
  if (status === "disabled") {
    return (
      <p className="flex items-baseline gap-1.5 text-sm">
        <span className="self-center">
          <StateMark state="attention" size={13} />
        </span>
        <span className="wrap-anywhere">disabled{reason && `: ${reason}`}</span>
      </p>
    );
  }
  return (
    <p className="flex items-center gap-1.5 text-sm">
      <StateMark state={topicsBehind > 0 ? "pending" : "confirmed"} size={13} />
      {topicsBehind > 0 ? (
        <span>
          {topicsBehind === 1 ? "one topic" : `${topicsBehind} topics`} behind
          {behindSince && (
            <>
              , since <RelativeTime at={behindSince} />
            </>
          )}
        </span>
      ) : (
        "has been told everything"
      )}
    </p>
  );
}
