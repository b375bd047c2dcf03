import { useEffect } from "react";
import { useDoor } from "./door-context.tsx";
import { SHORTCUT } from "./shortcut.ts";

/** Where the drawer comes in, at the foot of every room; the shortcut works in all of them. */
export function DrawerPlace() {
  const { door, state } = useDoor();
  const { isOpen, loaded } = state;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== SHORTCUT || event.repeat) return;
      event.preventDefault();
      if (door.getState().isOpen) door.close();
      else void door.open();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [door]);

  return isOpen && loaded ? <loaded.Drawer tap={loaded.tap} onClose={door.close} /> : null;
}
