import { useCopy } from "./copy.ts";
import { CheckIcon, CopyIcon } from "./icons.tsx";
import { Tooltip } from "./tooltip.tsx";

/** UUIDv7 begins with the time, so neighbours differ at the end. */
const TAIL = 6;

/** An id by its tail; a click copies the whole. */
export function CopyId({ id, what }: { id: string; what: string }) {
  const { told, copy } = useCopy(id);
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
