import type { ComponentType } from "react";
import type { Wire } from "../app/wire.ts";
import type { Tap } from "./tap.ts";

interface Loaded {
  readonly tap: Tap;
  readonly Drawer: ComponentType<{ tap: Tap; onClose: () => void }>;
}

export interface DoorState {
  readonly isOpen: boolean;
  /** Whether a fault is set, also behind a closed door. */
  readonly isArmed: boolean;
  /** There once the drawer was opened. */
  readonly loaded: Loaded | undefined;
}

const ITEM = "holdfast:drawer";

export type Door = ReturnType<typeof createDoor>;

/** Opens and closes the developer's drawer. It is loaded when it is first opened, and stands on the wire only while it is of use. */
export function createDoor(wire: Wire, storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
  const listeners = new Set<() => void>();
  let state: DoorState = { isOpen: false, isArmed: false, loaded: undefined };

  function change(next: Partial<DoorState>) {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  async function load(): Promise<Loaded> {
    const { createTap, isArmed, Drawer } = await import("./drawer.tsx");
    const tap = createTap(wire, storage);
    tap.subscribe(() => {
      const armed = isArmed(tap.getState());
      if (armed !== state.isArmed) change({ isArmed: armed });
      if (!state.isOpen && !armed) tap.rest();
    });
    return { tap, Drawer };
  }

  async function open() {
    const loaded = state.loaded ?? (await load());
    loaded.tap.listen();
    storage.setItem(ITEM, "open");
    change({ isOpen: true, loaded });
  }

  function close() {
    if (!state.isArmed) state.loaded?.tap.rest();
    storage.removeItem(ITEM);
    change({ isOpen: false });
  }

  return {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** Rejects when the drawer can't be loaded. */
    open,
    close,
    /** Whether this tab had it open before the page was reloaded. */
    wasOpen: () => storage.getItem(ITEM) === "open",
  };
}
