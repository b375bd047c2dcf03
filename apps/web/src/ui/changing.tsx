import { type ReactNode, useState } from "react";

interface ChangingProps {
  /** What is shown, as text: another value makes it light up once. */
  value: string;
  className?: string;
  children: ReactNode;
}

/** Motion says one thing here: this value has just changed. */
export function Changing({ value, className = "", children }: ChangingProps) {
  const [shown, setShown] = useState({ value, changes: 0 });
  if (shown.value !== value) setShown({ value, changes: shown.changes + 1 });
  return (
    // A new key is a new element, whose animation then runs.
    <span key={shown.changes} className={`${className} ${shown.changes > 0 ? "animate-changed" : ""}`}>
      {children}
    </span>
  );
}
