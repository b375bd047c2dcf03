import { DrawerIcon } from "../ui/icons.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { useDoor } from "./door-context.tsx";
import { SHORTCUT } from "./shortcut.ts";

/** Opens the developer's drawer, and tells when it makes failures while it is closed. */
export function DoorButton({ compact = false }: { compact?: boolean }) {
  const { door, state } = useDoor();
  const words = state.isArmed ? "Faults are on" : "Developer";
  return (
    <button
      type="button"
      aria-label={compact ? words : undefined}
      aria-expanded={state.isOpen}
      aria-controls="drawer"
      aria-keyshortcuts={SHORTCUT}
      data-door
      onClick={() => (state.isOpen ? door.close() : void door.open())}
      className={`flex min-h-8 items-center gap-2 rounded-md px-2 text-soft select-none hover:bg-sunken hover:text-ink aria-expanded:bg-sunken aria-expanded:text-ink pointer-coarse:min-h-10 ${compact ? "min-h-10 min-w-10 justify-center" : "w-full"}`}
    >
      <span className={state.isArmed ? "" : "text-faint"}>
        {state.isArmed ? <StateMark state="attention" /> : <DrawerIcon />}
      </span>
      {!compact && (
        <>
          {words}
          <span aria-hidden="true" className="ml-auto text-xs text-faint">
            {SHORTCUT}
          </span>
        </>
      )}
    </button>
  );
}
