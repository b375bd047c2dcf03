import { type ComponentProps, type ReactNode, useId } from "react";

export const controlClass =
  "w-full min-h-8 rounded-md border border-edge bg-surface px-2.5 py-1 text-ink transition-colors duration-100 hover:border-faint [&[readonly]]:bg-canvas [&[readonly]]:text-soft aria-invalid:border-refused pointer-coarse:min-h-10";

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
export function AmountInput({ unit, readOnly, ...props }: ComponentProps<"input"> & { unit: string }) {
  return (
    <div
      className={`flex rounded-md border border-edge transition-colors duration-100 hover:border-faint has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent has-aria-invalid:border-refused ${readOnly ? "bg-canvas text-soft" : "bg-surface"}`}
    >
      <input
        autoComplete="off"
        inputMode="numeric"
        maxLength={24}
        readOnly={readOnly}
        className="figures min-h-[1.875rem] min-w-0 flex-1 bg-transparent pl-2.5 text-right outline-hidden pointer-coarse:min-h-10"
        {...props}
      />
      <span aria-hidden="true" className="flex items-center pr-2.5 pl-[0.35em] text-faint">
        {unit}
      </span>
    </div>
  );
}
