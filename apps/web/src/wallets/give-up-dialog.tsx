import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";

/** Dropping a key is the one step after which a payment could be made twice, so it asks. */
export function GiveUpDialog({ onGiveUp }: { onGiveUp: () => void }) {
  return (
    <ConfirmDialog
      trigger={
        <Button look="quiet" className="px-2">
          Give it up
        </Button>
      }
      title="Give up asking?"
      keep="Keep the key"
      confirm="Forget the key"
      onConfirm={onGiveUp}
    >
      The boost may have happened. Its key will be forgotten, so this page can’t find out any more, and
      boosting again would be a second payment. If it happened, it stands in the history.
    </ConfirmDialog>
  );
}
