import { useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { copyText } from "../ui/copy.ts";
import { CheckIcon, CopyIcon } from "../ui/icons.tsx";

const SHOWN_MS = 1_400;

/** Copies a text, and says whether it did, in place of its own name. */
export function CopyButton({ text, name }: { text: () => string; name: string }) {
  const [told, setTold] = useState<"Copied" | "Can’t copy">();

  useEffect(() => {
    if (!told) return;
    const timer = setTimeout(setTold, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);

  const copy = () =>
    copyText(text()).then(
      () => setTold("Copied"),
      () => setTold("Can’t copy"),
    );

  return (
    <Button look="quiet" className="px-2" onClick={copy}>
      {told === "Copied" ? <CheckIcon /> : <CopyIcon />}
      <span className="grid *:[grid-area:1/1]">
        <span className={told ? "invisible" : ""}>{name}</span>
        <span role="status" className="justify-self-start">
          {told}
        </span>
      </span>
    </Button>
  );
}
