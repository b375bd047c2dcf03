import { Button } from "../ui/button.tsx";
import { useCopy } from "../ui/copy.ts";
import { CheckIcon, CopyIcon } from "../ui/icons.tsx";

/** A secret in full, and the button that copies it. */
export function Secret({ value, what }: { value: string; what: string }) {
  const { told, copy } = useCopy(value);
  return (
    <div className="flex flex-col items-start gap-2">
      <code
        data-secret
        className="w-full rounded-sm bg-sunken p-2 font-mono text-sm break-all text-ink select-all"
      >
        {value}
      </code>
      <Button onClick={copy} aria-label={`Copy ${what}`}>
        {told === "copied" ? <CheckIcon /> : <CopyIcon />}
        <span role="status">
          {told === "copied" ? "Copied" : told === "failed" ? "Can’t copy: select it" : "Copy"}
        </span>
      </Button>
    </div>
  );
}
