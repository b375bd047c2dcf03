import { useBoost } from "@holdfast/react";
import { useOwnerName } from "../session/use-people.ts";
import { Amount } from "../ui/amount.tsx";
import { StateMark } from "../ui/state-mark.tsx";

/** A boost that nobody has confirmed stands beside the history, not in it: it has no version and no balance after. */
export function UndecidedBoost({ walletId, unit }: { walletId: string; unit: string }) {
  const { state } = useBoost(walletId);
  const nameOf = useOwnerName();
  if (state.status !== "pending" && state.status !== "unresolved") return null;
  const { input } = state.intent;
  return (
    <p className="unconfirmed flex h-7 min-w-0 items-center gap-1.5 rounded-md px-2 text-sm text-soft">
      <StateMark state={state.status} size={14} />
      <span className="truncate">
        <Amount value={String(input.amount)} unit={unit} /> to{" "}
        {nameOf(input.toWalletId) ?? `…${input.toWalletId.slice(-6)}`}
        {state.status === "pending" ? ", not confirmed yet" : ", unresolved"}
      </span>
    </p>
  );
}
