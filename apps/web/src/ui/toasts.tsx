import { Toast } from "@base-ui/react/toast";
import type { ReactNode } from "react";
import { type MarkedState, StateMark } from "./state-mark.tsx";

export const useToasts = Toast.useToastManager;

/** What happens away from where one looks: said once, at the edge, with at most one thing to do about it. F6 leads there. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-[calc(5rem+var(--drawer-height))] xl:bottom-[calc(1rem+var(--drawer-height))] z-40 flex w-[22rem] max-w-[calc(100vw-2rem)] flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = useToasts();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg border border-line bg-surface shadow-float transition-opacity duration-150 data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
    >
      <Toast.Content className="grid grid-cols-[auto_1fr_auto] items-start gap-x-2.5 p-3">
        <span className="pt-0.5">
          <StateMark state={(toast.type as MarkedState | undefined) ?? "confirmed"} />
        </span>
        <div className="flex min-w-0 flex-col gap-0.5">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-sm text-soft" />
          <Toast.Action className="mt-1.5 min-h-8 self-start rounded-md border border-edge px-3 hover:bg-sunken empty:hidden pointer-coarse:min-h-10" />
        </div>
        <Toast.Close
          aria-label="Close"
          className="-mt-1 -mr-1 flex size-7 items-center justify-center rounded-md text-faint hover:bg-sunken hover:text-ink"
        >
          <svg
            width="12"
            height="12"
            viewBox="0 0 12 12"
            aria-hidden="true"
            stroke="currentColor"
            strokeWidth="1.4"
            strokeLinecap="round"
          >
            <path d="m3 3 6 6M9 3 3 9" />
          </svg>
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
