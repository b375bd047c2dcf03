import type { ButtonHTMLAttributes } from "react";

const looks = {
  primary:
    "bg-action text-on-action font-medium hover:bg-action-strong aria-disabled:bg-sunken aria-disabled:text-faint aria-disabled:hover:bg-sunken",
  plain:
    "border border-edge bg-surface text-ink hover:bg-sunken aria-disabled:text-faint aria-disabled:hover:bg-surface",
  danger: "border border-refused/50 bg-surface text-refused hover:bg-refused-wash",
  quiet: "text-soft hover:bg-sunken hover:text-ink aria-disabled:text-faint",
} as const;

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  look?: keyof typeof looks;
  /** Keeps its place in the tab order, so that focus isn't lost when a form waits. */
  inert?: boolean;
}

export function Button({ look = "plain", inert = false, className = "", onClick, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      aria-disabled={inert || undefined}
      onClick={inert ? (event) => event.preventDefault() : onClick}
      className={`inline-flex min-h-8 items-center justify-center gap-1.5 rounded-md px-3 py-1 whitespace-nowrap transition-colors duration-100 select-none pointer-coarse:min-h-10 ${looks[look]} ${className}`}
      {...props}
    />
  );
}
