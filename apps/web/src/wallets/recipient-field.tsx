import { Field, TextInput } from "../ui/field.tsx";
import { Select } from "../ui/select.tsx";
import type { Recipient } from "./use-recipient.ts";

interface RecipientFieldProps {
  recipient: Recipient;
  /** Whether to say what is wrong yet. */
  checked: boolean;
  readOnly: boolean;
}

export function RecipientField({ recipient, checked, readOnly }: RecipientFieldProps) {
  const { choice, setChoice, options, isOther, otherId, setOtherId, problem } = recipient;
  const error = checked ? problem : undefined;
  return (
    <>
      {options.length > 1 && (
        <Field label="To" error={isOther ? undefined : error}>
          {(control) => (
            <Select
              {...control}
              value={choice}
              options={options}
              placeholder="Choose someone"
              onChange={setChoice}
              readOnly={readOnly}
            />
          )}
        </Field>
      )}
      {isOther && (
        <Field label="Wallet id" error={error}>
          {(control) => (
            <TextInput
              {...control}
              value={otherId}
              onChange={(event) => setOtherId(event.target.value)}
              readOnly={readOnly}
              spellCheck={false}
              className="font-mono"
            />
          )}
        </Field>
      )}
    </>
  );
}
