import type { Stream, StreamTick } from "@holdfast/react";
import { Amount } from "../ui/amount.tsx";
import { Notice } from "../ui/notice.tsx";
import { RefusalReason, refusalTitle } from "./refusal.tsx";
import { TickStrip } from "./tick-strip.tsx";

interface StreamProgressProps {
  stream: Stream;
  unit: string;
  online: boolean;
}

/** How far listening has come, and what each minute's payment came to. */
export function StreamProgress({ stream, unit, online }: StreamProgressProps) {
  const { listening, ticks, terms, minute } = stream;
  if (!terms && ticks.length === 0) return null;
  const minuteMs = terms?.minuteMs ?? 60_000;

  return (
    <div data-wide className="flex flex-col gap-2.5 border-t border-line pt-3.5">
      <div className="flex items-baseline justify-between gap-3">
        <p className="font-medium">{listening ? `Listening, minute ${minute + 1}` : "Not listening"}</p>
        <p className="text-sm text-soft">
          paid <Amount value={String(paid(ticks))} unit={unit} />
        </p>
      </div>
      {listening && (
        <div className="h-1 overflow-hidden rounded-full bg-sunken">
          <div
            key={minute}
            className={`h-full origin-left bg-accent motion-reduce:hidden ${online ? "animate-[fill_linear]" : "opacity-40"}`}
            style={{ animationDuration: `${minuteMs}ms` }}
          />
        </div>
      )}
      {listening && (
        <p className="text-sm text-faint">
          {online
            ? `Paid when the minute is over. Here a minute lasts ${minuteMs / 1_000} s.`
            : "Offline: the minute stands still, and nothing is paid for it."}
        </p>
      )}
      {ticks.length > 0 && <TickStrip ticks={ticks} unit={unit} onCheck={(ids) => ids.map(stream.check)} />}
      <div role="status">
        <StopNotice stream={stream} unit={unit} />
      </div>
    </div>
  );
}

function StopNotice({ stream: { stopReason, ticks }, unit }: { stream: Stream; unit: string }) {
  const refusal = ticks.map((tick) => tick.state).findLast((state) => state.status === "refused");
  if (stopReason === "refused" && refusal) {
    return (
      <Notice state="refused" title={refusalTitle(refusal.error)}>
        <RefusalReason error={refusal.error} unit={unit} />
        <p className="text-soft">Listening has stopped.</p>
      </Notice>
    );
  }
  if (stopReason === "unanswered") {
    return (
      <p className="text-soft">
        Stopped: several minutes in a row have no answer yet. None is lost or paid twice.
      </p>
    );
  }
  return stopReason === "left" ? <p className="text-soft">Stopped, because you left this page.</p> : null;
}

function paid(ticks: readonly StreamTick[]): bigint {
  return ticks.reduce(
    (sum, { state }) => (state.status === "confirmed" ? sum + BigInt(state.intent.input.amount) : sum),
    0n,
  );
}
