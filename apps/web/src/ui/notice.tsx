import type { ReactNode } from "react";
import { type MarkedState, StateMark } from "./state-mark.tsx";

const looks: Record<MarkedState, string> = {
  confirmed: "border border-line bg-surface",
  pending: "unconfirmed",
  unresolved: "unconfirmed bg-unresolved-wash [--unconfirmed-edge:var(--color-unresolved)]",
  attention: "border border-unresolved/40 bg-unresolved-wash",
  refused: "border border-refused/40 bg-refused-wash",
};

interface NoticeProps {
  state: MarkedState;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}

/** An outcome with its shape, its word and its reason. */
export function Notice({ state, title, children, actions }: NoticeProps) {
  return (
    <div className={`grid grid-cols-[auto_1fr] gap-x-2.5 rounded-md p-3 ${looks[state]}`}>
      <span className="pt-0.5">
        <StateMark state={state} />
      </span>
      <div className="flex min-w-0 flex-col gap-1.5">
        <p className="font-medium">{title}</p>
        {children}
      </div>
      {actions && (
        <div className="col-span-full flex flex-wrap items-center gap-x-1 gap-y-2 pt-2.5">{actions}</div>
      )}
    </div>
  );
}
