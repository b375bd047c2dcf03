import { useEffect } from "react";
import { type HoldfastContextValue, useHoldfast } from "../context.ts";
import { OUTBOX_SLOT } from "../outbox-slot.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { shareSent } from "./share-sent.ts";

/** The person's outbox, which from now on sends from whatever page is shown. */
export function useOutbox(): Outbox {
  const scope = useHoldfast();
  const outbox = openOutbox(scope);
  useEffect(() => scope.background.run(outbox), [scope, outbox]);
  return outbox;
}

/** Sends what an earlier page left. */
export function runOutbox(scope: HoldfastContextValue): void {
  scope.background.run(openOutbox(scope));
}

function openOutbox(scope: HoldfastContextValue): Outbox {
  return scope.intents.open(OUTBOX_SLOT, (storage) =>
    createOutbox({
      storage,
      send: (draft, options) => scope.client.conversations.send.safe(draft, options),
      onSent: (sent) => shareSent(scope, sent),
    }),
  );
}
