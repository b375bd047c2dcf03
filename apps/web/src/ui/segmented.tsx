import { useId } from "react";

interface SegmentedProps<V extends string> {
  label: string;
  options: readonly { value: V; label: string }[];
  value: V;
  onChange: (value: V) => void;
  readOnly?: boolean;
}

/** One of a few, side by side: native radios, so the arrows work. */
export function Segmented<V extends string>({
  label,
  options,
  value,
  onChange,
  readOnly,
}: SegmentedProps<V>) {
  const name = useId();
  return (
    <fieldset disabled={readOnly} className="flex min-w-0 rounded-md bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex min-h-7 flex-1 items-center justify-center rounded-sm px-2 text-sm text-soft select-none has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-checked:shadow-[0_0_0_1px_var(--color-line)] has-focus-visible:outline-2 has-focus-visible:outline-accent hover:text-ink pointer-coarse:min-h-9"
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
