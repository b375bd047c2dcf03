import { AlertDialog } from "@base-ui/react/alert-dialog";
import type { ReactElement, ReactNode } from "react";
import { Button } from "./button.tsx";

interface ConfirmDialogProps {
  /** The button that asks. */
  trigger: ReactElement;
  title: string;
  /** What it means, and what can't be undone. */
  children: ReactNode;
  keep: string;
  confirm: string;
  onConfirm: () => void;
}

/** For what can't be taken back: it says what will be, and does nothing until it is told twice. */
export function ConfirmDialog({ trigger, title, children, keep, confirm, onConfirm }: ConfirmDialogProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger render={trigger} />
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-veil transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-40 flex w-[26rem] max-w-[calc(100vw-2rem)] -translate-1/2 flex-col gap-3 rounded-lg border border-line bg-surface p-5 shadow-float transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-soft">{children}</AlertDialog.Description>
          <div className="flex justify-end gap-2 pt-1">
            <AlertDialog.Close render={<Button>{keep}</Button>} />
            <AlertDialog.Close
              render={
                <Button look="danger" onClick={onConfirm}>
                  {confirm}
                </Button>
              }
            />
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
