import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Button } from "../ui/button.tsx";

/** Dropping a key is the one step after which a payment could be made twice, so it asks. */
export function GiveUpDialog({ onGiveUp }: { onGiveUp: () => void }) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger
        render={
          <Button look="quiet" className="px-2">
            Give it up
          </Button>
        }
      />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-40 flex w-[26rem] max-w-[calc(100vw-2rem)] -translate-1/2 flex-col gap-3 rounded-lg border border-line bg-surface p-5 shadow-float transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <AlertDialog.Title className="text-lg font-semibold">Give up asking?</AlertDialog.Title>
          <AlertDialog.Description className="text-soft">
            The boost may have happened. Its key will be forgotten, so this page can’t find out any more, and
            boosting again would be a second payment. If it happened, it stands in the history.
          </AlertDialog.Description>
          <div className="flex justify-end gap-2 pt-1">
            <AlertDialog.Close render={<Button>Keep the key</Button>} />
            <AlertDialog.Close
              render={
                <Button look="danger" onClick={onGiveUp}>
                  Forget the key
                </Button>
              }
            />
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
