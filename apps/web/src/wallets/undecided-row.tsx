import { useBoost } from "@holdfast/react";
import { useOwnerName } from "../session/use-people.ts";
import { Amount } from "../ui/amount.tsx";
import { StateMark } from "../ui/state-mark.tsx";

/** A boost that nobody has confirmed stands above the history, not in it: it has no version and no balance after. */
export function UndecidedRow({ walletId, unit }: { walletId: string; unit: string }) {
  const { state } = useBoost(walletId);
  const nameOf = useOwnerName();
  if (state.status !== "pending" && state.status !== "unresolved") return null;
  const { input } = state.intent;
  return (
    <p className="unconfirmed flex flex-wrap items-center gap-x-2 rounded-md px-3 py-2 text-soft">
      <StateMark state={state.status} />
      <span>
        boost of <Amount value={String(input.amount)} unit={unit} /> to{" "}
        {nameOf(input.toWalletId) ?? `…${input.toWalletId.slice(-6)}`}
      </span>
      <span className="ml-auto">{state.status === "pending" ? "not confirmed yet" : "unresolved"}</span>
    </p>
  );
}
