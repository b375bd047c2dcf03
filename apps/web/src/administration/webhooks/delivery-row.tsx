import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { exactTime, formatAmount } from "../../ui/format.ts";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { isTroubled, isUndecided, Trouble } from "../trouble.tsx";
import { type Delivery, useReplay } from "./use-webhooks.ts";

const cell = "py-1.5 pr-4 align-top whitespace-nowrap";

export function DeliveryRow({ webhookId, delivery }: { webhookId: string; delivery: Delivery }) {
  const { deliveryId, topic, version, status, attempts, lastAttemptAt, latencyMs } = delivery;
  const replay = useReplay(deliveryId);
  const sendAgain = () => void replay.submit({ webhookId, deliveryId }).catch(() => undefined);
  return (
    <>
      <tr data-delivery={status} className="border-line not-first:border-t">
        <td className={cell}>
          <Outcome delivery={delivery} />
        </td>
        <td className={cell}>
          {topic.kind} <CopyId id={topic.id} what={`${topic.kind} id`} />
        </td>
        <td className={`${cell} text-right`}>{formatAmount(version)}</td>
        <td className={`${cell} text-right`}>{attempts}</td>
        <td className={`${cell} text-soft`}>
          <RelativeTime at={lastAttemptAt} />
          <span className="block text-faint">took {latencyMs} ms</span>
        </td>
        <td className="py-1.5 text-right align-top whitespace-nowrap">
          {replay.state.status === "confirmed" ? (
            <span role="status" className="text-soft">
              will be sent again
            </span>
          ) : (
            <Button
              look={status === "failed" ? "plain" : "quiet"}
              inert={isUndecided(replay)}
              onClick={sendAgain}
              aria-label={`Send version ${version} of this ${topic.kind}, and all after it, again`}
            >
              Send again
            </Button>
          )}
        </td>
      </tr>
      {isTroubled(replay) && (
        <tr>
          <td colSpan={6} className="pb-2">
            <Trouble intent={replay} what="Sending it again" />
          </td>
        </tr>
      )}
    </>
  );
}

function Outcome({ delivery: { status, statusCode, error, nextAttemptAt } }: { delivery: Delivery }) {
  const isDelivered = status === "delivered";
  const why = error ?? (statusCode === null ? "no answer" : `answered ${statusCode}`);
  return (
    <>
      <span className="flex items-center gap-1.5">
        <StateMark state={isDelivered ? "confirmed" : "refused"} size={13} />
        {isDelivered ? "arrived" : "failed"}
        <span className="max-w-48 truncate text-faint" title={why}>
          {why}
        </span>
      </span>
      {!isDelivered && nextAttemptAt && (
        <span className="block pl-5 text-faint" title={exactTime(new Date(nextAttemptAt))}>
          will be tried again
        </span>
      )}
    </>
  );
}
