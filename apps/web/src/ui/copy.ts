import { useEffect, useState } from "react";

const SHOWN_MS = 1_400;

/** Copies a text when told to, and says for a moment how that went. */
export function useCopy(text: string | (() => string)) {
  const [told, setTold] = useState<"copied" | "failed">();

  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(setTold, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);

  const copy = () =>
    copyText(typeof text === "string" ? text : text()).then(
      () => setTold("copied"),
      () => setTold("failed"),
    );
  return { told, copy };
}

/** The clipboard API exists on https and localhost only; elsewhere a selection does. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}
