import type { StreamTick } from "@holdfast/react";
import { Button } from "../ui/button.tsx";
import { formatAmount } from "../ui/format.ts";
import { type MarkedState, StateMark } from "../ui/state-mark.tsx";
import { Tooltip } from "../ui/tooltip.tsx";

type TickState = Exclude<MarkedState, "attention">;

const words: Record<TickState, string> = {
  confirmed: "paid",
  pending: "waiting",
  unresolved: "unresolved",
  refused: "refused",
};

interface TickStripProps {
  ticks: readonly StreamTick[];
  unit: string;
  onCheck: (tickIds: readonly string[]) => void;
}

/** One mark a minute; below, the count of each in words. */
export function TickStrip({ ticks, unit, onCheck }: TickStripProps) {
  const unresolved = ticks.filter((tick) => tick.state.status === "unresolved");
  return (
    <div className="flex flex-col gap-2">
      <ol aria-label="Minutes listened to" className="flex flex-wrap gap-1">
        {ticks.map((tick) => (
          <Tick key={tick.id} tick={tick} unit={unit} />
        ))}
      </ol>
      <p className="figures text-sm text-soft">{summary(ticks)}</p>
      {unresolved.length > 0 && (
        <Button onClick={() => onCheck(unresolved.map((tick) => tick.id))}>Check again (same minutes)</Button>
      )}
    </div>
  );
}

function Tick({ tick: { minute, state }, unit }: { tick: StreamTick; unit: string }) {
  const marked = markOf(state.status);
  const amount =
    state.status === "idle" ? "" : `, ${formatAmount(String(state.intent.input.amount))} ${unit}`;
  const text = `Minute ${minute + 1}: ${words[marked]}${amount}`;
  const unconfirmed = marked === "pending" || marked === "unresolved";
  return (
    <li>
      <Tooltip content={text}>
        <button
          type="button"
          aria-label={text}
          data-tick={marked}
          className={`figures flex h-9 w-8 flex-col items-center justify-center gap-0.5 rounded-sm text-xs leading-none text-faint ${unconfirmed ? "unconfirmed" : "border border-line"}`}
        >
          <StateMark state={marked} size={12} />
          {minute + 1}
        </button>
      </Tooltip>
    </li>
  );
}

function markOf(status: StreamTick["state"]["status"]): TickState {
  return status === "idle" ? "pending" : status;
}

function summary(ticks: readonly StreamTick[]): string {
  const count = (marked: TickState) => ticks.filter((tick) => markOf(tick.state.status) === marked).length;
  return (["confirmed", "pending", "unresolved", "refused"] as const)
    .filter((marked) => count(marked) > 0)
    .map((marked) => `${count(marked)} ${words[marked]}`)
    .join(", ");
}
