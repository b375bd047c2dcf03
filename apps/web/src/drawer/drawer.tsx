import { useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "../ui/button.tsx";
import { CloseIcon } from "../ui/icons.tsx";
import { CallList } from "./call-list.tsx";
import { FaultControls } from "./fault-controls.tsx";
import { SHORTCUT } from "./shortcut.ts";
import type { Tap } from "./tap.ts";

export { createTap, isArmed } from "./tap.ts";

/** Makes failures on purpose, at the foot of the page, so that one can watch the page above meet them. */
export function Drawer({ tap, onClose }: { tap: Tap; onClose: () => void }) {
  const state = useSyncExternalStore(tap.subscribe, tap.getState);
  const section = useRef<HTMLElement>(null);

  useEffect(() => {
    const opener = document.activeElement;
    // The page makes room, so that nothing of it is below the drawer for good.
    document.documentElement.dataset["drawer"] = "open";
    section.current?.focus({ preventScroll: true });
    return () => {
      delete document.documentElement.dataset["drawer"];
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);

  return (
    <section
      ref={section}
      id="drawer"
      tabIndex={-1}
      aria-labelledby="drawer-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
      className="fixed inset-x-0 bottom-0 z-20 flex h-(--drawer-height) flex-col border-t border-edge bg-surface shadow-float outline-hidden lg:left-52"
    >
      <header className="flex min-h-10 items-center gap-3 border-b border-line pr-2 pl-4 sm:pl-6">
        <h2 id="drawer-title" className="font-semibold">
          Developer’s drawer
        </h2>
        <p className="hidden truncate text-sm text-soft md:block">
          Break a call on purpose and watch its retry be safe. {SHORTCUT} opens and closes this.
        </p>
        <Button look="quiet" aria-label="Close the drawer" className="ml-auto px-2" onClick={onClose}>
          <CloseIcon />
        </Button>
      </header>
      <div className="grid min-h-0 flex-1 overflow-y-auto md:grid-cols-[25rem_minmax(0,1fr)] xl:grid-cols-[28rem_minmax(0,1fr)] md:overflow-hidden">
        <FaultControls tap={tap} state={state} />
        <CallList calls={state.calls} onClear={tap.clear} />
      </div>
    </section>
  );
}
