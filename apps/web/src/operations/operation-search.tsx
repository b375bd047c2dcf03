import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Field, TextInput } from "../ui/field.tsx";

const MAX_KEY = 255;

export function OperationSearch({ asked }: { asked: string | undefined }) {
  const navigate = useNavigate();
  const [text, setText] = useState(asked ?? "");
  const [empty, setEmpty] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const of = text.trim();
    setEmpty(of === "");
    if (of !== "") void navigate({ to: "/operations", search: { of } });
  }

  return (
    <form noValidate onSubmit={submit} className="max-w-3xl">
      <Field
        label="Idempotency key or operation id"
        error={empty ? "Enter a key or an id." : undefined}
        hint="Callers keep the key; histories and logs name the operation."
      >
        {(control) => (
          <div className="flex gap-2">
            <TextInput
              {...control}
              type="search"
              maxLength={MAX_KEY}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="min-w-0 font-mono"
            />
            <Button type="submit" look="primary">
              Explain
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}
