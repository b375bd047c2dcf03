import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons.tsx";
import { Tooltip } from "./tooltip.tsx";

const SHOWN_MS = 1_400;
/** UUIDv7 begins with the time, so neighbours differ at the end. */
const TAIL = 6;

/** An id by its tail; a click copies the whole. */
export function CopyId({ id, what }: { id: string; what: string }) {
  const [told, setTold] = useState<"copied" | "failed">();

  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(setTold, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);

  const copy = () =>
    copyText(id).then(
      () => setTold("copied"),
      () => setTold("failed"),
    );

  return (
    <Tooltip content={<span className="font-mono break-all">{id}</span>}>
      <button
        type="button"
        onClick={copy}
        aria-label={`Copy ${what} ${id}`}
        className="group/copy -mx-1 inline-flex min-h-6 items-center gap-1 rounded-sm px-1 font-mono text-sm whitespace-nowrap text-faint hover:bg-sunken hover:text-ink"
      >
        <span className="grid justify-items-start *:[grid-area:1/1]">
          <span className={told ? "invisible" : ""}>…{id.slice(-TAIL)}</span>
          <span role="status" className="font-sans text-accent">
            {told === "copied" && "Copied"}
            {told === "failed" && "Can’t copy"}
          </span>
        </span>
        <span className="opacity-45 group-hover/copy:opacity-100 group-focus-visible/copy:opacity-100">
          {told === "copied" ? <CheckIcon /> : <CopyIcon />}
        </span>
      </button>
    </Tooltip>
  );
}

/** The clipboard API exists on https and localhost only; elsewhere a selection does. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("The browser refused to copy.");
}
