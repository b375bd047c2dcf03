import { type ReactNode, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { isTroubled, isUndecided, Trouble } from "../trouble.tsx";
import { useDisable, useEnable, useRemove, useRotateSecret, type Webhook } from "./use-webhooks.ts";
import { WebhookSecret } from "./webhook-secret.tsx";

/** What can be done with a webhook. `children`: what stands first in the line. */
export function WebhookActions({ webhook, children }: { webhook: Webhook; children: ReactNode }) {
  const { webhookId, url, status } = webhook;
  const enable = useEnable(webhookId);
  const disable = useDisable(webhookId);
  const rotate = useRotateSecret(webhookId);
  const remove = useRemove(webhookId);
  const [shows, setShows] = useState(false);
  const one = { webhookId };
  const isOn = status === "enabled";
  const toggle = isOn ? disable : enable;

  return (
    <>
      <div className="flex flex-wrap gap-1.5">
        {children}
        <Button inert={isUndecided(toggle)} onClick={() => void toggle.submit(one).catch(() => undefined)}>
          {isOn ? "Disable" : "Enable"}
        </Button>
        <Button aria-expanded={shows} onClick={() => setShows(!shows)}>
          Secret
        </Button>
        <ConfirmDialog
          trigger={<Button inert={isUndecided(rotate)}>New secret</Button>}
          title="Give it a new secret?"
          keep="Keep this one"
          confirm="Give it a new one"
          onConfirm={() => {
            setShows(true);
            void rotate.submit(one).catch(() => undefined);
          }}
        >
          Messages are signed with both for a day, so that the receiver can be told the new one without losing
          any.
        </ConfirmDialog>
        <ConfirmDialog
          trigger={<Button inert={isUndecided(remove)}>Remove</Button>}
          title="Remove this webhook?"
          keep="Keep it"
          confirm="Remove it"
          onConfirm={() => void remove.submit(one).catch(() => undefined)}
        >
          <span className="font-mono wrap-anywhere">{url}</span> is told nothing more, for good. To have it
          wait instead, disable it: then nothing is lost.
        </ConfirmDialog>
      </div>
      {isTroubled(enable) && <Trouble intent={enable} what="Enabling it" />}
      {isTroubled(disable) && <Trouble intent={disable} what="Disabling it" />}
      {isTroubled(rotate) && <Trouble intent={rotate} what="Giving it a new secret" />}
      {isTroubled(remove) && <Trouble intent={remove} what="Removing it" />}
      {shows && <WebhookSecret webhook={webhook} />}
    </>
  );
}
