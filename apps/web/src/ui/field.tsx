import { type ComponentProps, type ReactNode, useId } from "react";

export const controlClass =
  "w-full min-h-8 rounded-md border border-edge bg-surface px-2.5 py-1 text-ink transition-colors duration-100 hover:border-faint read-only:bg-canvas read-only:text-soft aria-invalid:border-refused pointer-coarse:min-h-10";

interface FieldProps {
  label: string;
  optional?: boolean;
  /** What is wrong, in words; announced when it appears. */
  error?: string | undefined;
  hint?: ReactNode;
  children: (control: { id: string; "aria-invalid": boolean; "aria-describedby": string }) => ReactNode;
}

/** A label, a control, and one line below it that is either a hint or what is wrong. */
export function Field({ label, optional = false, error, hint, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="flex items-baseline justify-between text-sm font-medium text-soft">
        {label}
        {optional && <span className="font-normal text-faint">optional</span>}
      </label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": noteId })}
      <p id={noteId} className={`text-sm empty:hidden ${error ? "text-refused" : "text-faint"}`}>
        {error ?? hint}
      </p>
    </div>
  );
}

export function TextInput({ className = "", ...props }: ComponentProps<"input">) {
  return <input autoComplete="off" className={`${controlClass} ${className}`} {...props} />;
}

/** A whole number of the smallest unit, right-aligned with the unit behind it. */
export function AmountInput({ unit, ...props }: ComponentProps<"input"> & { unit: string }) {
  return (
    <div className="relative">
      <TextInput
        inputMode="numeric"
        maxLength={24}
        className="figures pr-[calc(1.25rem+6ch)] text-right"
        {...props}
      />
      <span className="pointer-events-none absolute inset-y-0 right-2.5 flex w-[6ch] items-center text-faint">
        <span className="truncate">{unit}</span>
      </span>
    </div>
  );
}
