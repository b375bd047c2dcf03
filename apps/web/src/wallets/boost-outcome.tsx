import type { Boost } from "@holdfast/react";
import { useOwnerName } from "../session/use-people.ts";
import { Amount } from "../ui/amount.tsx";
import { Button } from "../ui/button.tsx";
import { useNow } from "../ui/clock.ts";
import { CopyId } from "../ui/copy-id.tsx";
import { formatAmount } from "../ui/format.ts";
import { Notice } from "../ui/notice.tsx";
import { GiveUpDialog } from "./give-up-dialog.tsx";
import { RefusalReason, refusalTitle } from "./refusal.tsx";
import { unresolvedReason } from "./unresolved.ts";

interface BoostOutcomeProps {
  boost: Boost;
  unit: string;
  onUseAmount: (amount: string) => void;
}

/** What became of the boost, announced as it changes. Only "confirmed" is drawn with a whole line and the accent. */
export function BoostOutcome(props: BoostOutcomeProps) {
  return (
    <div
      data-wide
      role="status"
      aria-label="Outcome of the boost"
      data-outcome={props.boost.state.status}
      className="empty:hidden"
    >
      <Outcome {...props} />
    </div>
  );
}

function Outcome({ boost, unit, onUseAmount }: BoostOutcomeProps) {
  const { state } = boost;
  const nameOf = useOwnerName();
  if (state.status === "idle") return null;

  const { input, key, decidedAt } = state.intent;
  const what = (
    <>
      <Amount value={String(input.amount)} unit={unit} /> to{" "}
      {nameOf(input.toWalletId) ?? `wallet …${input.toWalletId.slice(-6)}`}
    </>
  );

  switch (state.status) {
    case "pending":
      return (
        <Notice
          state="pending"
          title={state.checking ? "Checking, with the same key" : "Waiting for the answer"}
        >
          <p className="text-soft">
            {what}. No figure changes before the server confirms it. <Waiting since={decidedAt} />
          </p>
        </Notice>
      );
    case "confirmed":
      return (
        <Notice state="confirmed" title={<>Confirmed: {what}</>}>
          <p className="text-soft">
            Balance <Amount value={state.data.balance} unit={unit} />, at version {state.data.version}.
            {state.data.replayed &&
              " It had happened already; the same key told so, and nothing was paid twice."}
          </p>
          <p className="flex items-center gap-2 text-sm text-faint">
            Operation <CopyId id={state.data.operationId} what="operation id" />
          </p>
        </Notice>
      );
    case "refused":
      return (
        <Notice
          state="refused"
          title={refusalTitle(state.error)}
          actions={<RefusedActions boost={boost} onUseAmount={onUseAmount} />}
        >
          <RefusalReason error={state.error} unit={unit} />
          {state.error.retry === "new-key" && (
            <p className="text-soft">Boosting again is a new boost, with a new key.</p>
          )}
        </Notice>
      );
    case "unresolved":
      return (
        <Notice
          state="unresolved"
          title="Unresolved: it may or may not have happened"
          actions={
            <>
              <Button onClick={() => void boost.check().catch(() => undefined)}>
                Check again (same key)
              </Button>
              <GiveUpDialog onGiveUp={boost.dismiss} />
            </>
          }
        >
          <p className="text-soft">
            {what}. {unresolvedReason(state.error)} Checking again can’t pay twice.
          </p>
          <p className="flex items-center gap-2 text-sm text-soft">
            Key <CopyId id={key} what="idempotency key" />
          </p>
        </Notice>
      );
  }
}

function RefusedActions({ boost, onUseAmount }: Pick<BoostOutcomeProps, "boost" | "onUseAmount">) {
  if (boost.state.status !== "refused" || boost.state.error.code !== "INSUFFICIENT_FUNDS") return null;
  const { required, shortfall } = boost.state.error.details;
  const affordable = BigInt(required) - BigInt(shortfall);
  if (affordable < 1n) return null;
  return (
    <Button onClick={() => onUseAmount(String(affordable))}>
      Use {formatAmount(String(affordable))} instead
    </Button>
  );
}

/** Says how long only when it is long enough to wonder. */
function Waiting({ since }: { since: string }) {
  const seconds = Math.floor((useNow() - Date.parse(since)) / 1_000);
  return seconds >= 2 ? <span className="figures">Waiting for {seconds} s.</span> : null;
}
