import { useSyncExternalStore } from "react";
import { useTheme } from "./theme.ts";

const system = matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void) {
  system.addEventListener("change", listener);
  return () => system.removeEventListener("change", listener);
}

/** For what is drawn on a canvas: CSS follows the scheme by itself. */
export function useColourScheme(): "light" | "dark" {
  const [theme] = useTheme();
  const systemIsDark = useSyncExternalStore(subscribe, () => system.matches);
  if (theme !== "system") return theme;
  return systemIsDark ? "dark" : "light";
}
