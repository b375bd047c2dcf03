import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { headClass } from "../looks.ts";
import { Nothing, Unread } from "../unread.tsx";
import { DeliveryRow } from "./delivery-row.tsx";
import { type Delivery, useDeliveries } from "./use-webhooks.ts";

const filters = [
  { value: "all", label: "All" },
  { value: "failed", label: "Failed" },
] as const;

/** What became of a webhook's messages, the newest first. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const [shown, setShown] = useState<"all" | "failed">("all");
  const list = useDeliveries(webhookId, shown === "failed" ? "failed" : undefined);
  const { data, error, isFetching, refetch } = list;
  return (
    <section aria-label="Deliveries" className="flex flex-col gap-2 pt-1">
      <div className="w-40">
        <Segmented label="Which deliveries" options={filters} value={shown} onChange={setShown} />
      </div>
      {/* As high as it is from the start: messages come by themselves, and what is below must not move. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a pointer */}
      <section aria-label="List of deliveries" tabIndex={0} className="relative h-72 overflow-auto">
        {!data && <Unread what="deliveries" error={error} busy={isFetching} onRetry={() => void refetch()} />}
        {data?.length === 0 && (
          <Nothing title={shown === "failed" ? "Nothing has failed" : "Nothing was sent yet"}>
            {shown === "failed"
              ? "Every message has arrived, or is on its way for the first time."
              : "The next change of a topic that it follows is the first message."}
          </Nothing>
        )}
        {data && data.length > 0 && <DeliveryTable webhookId={webhookId} deliveries={data} />}
        {list.hasNextPage && (
          <div className="pt-2">
            <Button inert={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {list.isFetchingNextPage ? "Reading" : "Show older ones"}
            </Button>
          </div>
        )}
      </section>
    </section>
  );
}

function DeliveryTable({ webhookId, deliveries }: { webhookId: string; deliveries: readonly Delivery[] }) {
  return (
    <table className="figures w-full border-collapse text-sm">
      <thead className="sticky top-0 bg-canvas">
        <tr>
          <th scope="col" className={headClass}>
            What came of it
          </th>
          <th scope="col" className={headClass}>
            Topic
          </th>
          <th scope="col" className={`${headClass} text-right`}>
            Version
          </th>
          <th scope="col" className={`${headClass} text-right`}>
            Attempts
          </th>
          <th scope="col" className={headClass}>
            Last attempt
          </th>
          <th scope="col" className={headClass}>
            <span className="sr-only">Send again</span>
          </th>
        </tr>
      </thead>
      <tbody className="border-y border-line">
        {deliveries.map((delivery) => (
          <DeliveryRow key={delivery.deliveryId} webhookId={webhookId} delivery={delivery} />
        ))}
      </tbody>
    </table>
  );
}
