import { useId } from "react";

const kinds = [
  { value: "wallet", label: "Wallets" },
  { value: "show", label: "Shows" },
  { value: "conversation", label: "Conversations" },
] as const;

interface TopicsFieldProps {
  value: readonly string[];
  onChange: (value: string[]) => void;
  readOnly: boolean;
  problem: string | undefined;
}

/** Which kinds of topics are followed: any of the three. */
export function TopicsField({ value, onChange, readOnly, problem }: TopicsFieldProps) {
  const noteId = useId();
  return (
    <fieldset disabled={readOnly} aria-describedby={noteId} className="flex min-w-0 flex-col gap-1">
      <legend className="text-sm font-medium text-soft">Every change of</legend>
      <div className="flex flex-wrap gap-x-4">
        {kinds.map((kind) => (
          <label key={kind.value} className="flex min-h-8 items-center gap-1.5 pointer-coarse:min-h-10">
            <input
              type="checkbox"
              checked={value.includes(kind.value)}
              onChange={({ target }) =>
                onChange(
                  kinds
                    .map((each) => each.value)
                    .filter((each) => (each === kind.value ? target.checked : value.includes(each))),
                )
              }
              className="size-4 accent-action"
            />
            {kind.label}
          </label>
        ))}
      </div>
      <p id={noteId} className="text-sm text-refused empty:hidden">
        {problem}
      </p>
    </fieldset>
  );
}
