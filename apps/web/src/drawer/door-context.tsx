import { createContext, useContext, useSyncExternalStore } from "react";
import type { Door, DoorState } from "./door.ts";

const DoorContext = createContext<Door | undefined>(undefined);

export const DoorProvider = DoorContext.Provider;

/** The door of the developer's drawer, and how it stands. Throws outside of its provider. */
export function useDoor(): { door: Door; state: DoorState } {
  const door = useContext(DoorContext);
  if (!door) throw new Error("The drawer needs a <DoorProvider> above it.");
  return { door, state: useSyncExternalStore(door.subscribe, door.getState) };
}
