import { Button } from "../ui/button.tsx";
import { useCopy } from "../ui/copy.ts";
import { CheckIcon, CopyIcon } from "../ui/icons.tsx";

/** Copies a text, and says whether it did, in place of its own name. */
export function CopyButton({ text, name }: { text: () => string; name: string }) {
  const { told, copy } = useCopy(text);
  return (
    <Button look="quiet" className="px-2" onClick={copy}>
      {told === "copied" ? <CheckIcon /> : <CopyIcon />}
      <span className="grid *:[grid-area:1/1]">
        <span className={told ? "invisible" : ""}>{name}</span>
        <span role="status" className="justify-self-start">
          {told === "copied" && "Copied"}
          {told === "failed" && "Can’t copy"}
        </span>
      </span>
    </Button>
  );
}
