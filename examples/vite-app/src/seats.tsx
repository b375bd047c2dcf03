import { type OwnReservation, useReservation, useSuspenseSeatMap, type Wallet } from "@holdfast/react";
import { useState } from "react";
import { figure } from "./app.tsx";

/** The middle of the front rows, where everybody wants to sit. */
const ROWS = 6;
const FIRST = 20;
const LAST = 31;

export function Seats({ showId, wallet }: { showId: string; wallet: Wallet }) {
  const { show, statusOf } = useSuspenseSeatMap(showId);
  const own = useReservation(showId);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const held = own.reservation?.seats ?? [];
  const rows = show.layout.sections[0]?.rows.slice(0, ROWS) ?? [];
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <section aria-labelledby="seats">
      <h2 id="seats">{show.name}</h2>
      <div className="house">
        {rows.map((row) => (
          <fieldset key={row.id} aria-label={`Row ${row.id}`}>
            {row.seats
              .filter((seat) => seat !== null)
              .slice(FIRST - 1, LAST)
              .map(({ id }) => {
                const status = held.includes(id) ? "yours" : statusOf(id);
                return (
                  <button
                    key={id}
                    type="button"
                    aria-label={`${id}, ${status}`}
                    aria-pressed={chosen.includes(id)}
                    data-status={status}
                    disabled={status !== "free" || held.length > 0}
                    onClick={() => toggle(id)}
                  />
                );
              })}
          </fieldset>
        ))}
      </div>
      <Told {...own} />
      {held.length === 0 ? (
        <button
          type="button"
          disabled={chosen.length === 0 || own.isPending}
          onClick={() => {
            setChosen([]);
            void own.reserve({ seatIds: [...chosen] });
          }}
        >
          Hold {chosen.length || "some"} {chosen.length === 1 ? "seat" : "seats"}
        </button>
      ) : (
        <Held {...own} wallet={wallet} />
      )}
    </section>
  );
}

function Held({
  reservation,
  secondsLeft,
  confirm,
  release,
  dismiss,
  isPending,
  wallet,
}: OwnReservation & { wallet: Wallet }) {
  if (reservation?.status !== "held")
    return (
      <button type="button" onClick={dismiss}>
        More seats
      </button>
    );
  return (
    <p className="actions">
      <button type="button" disabled={isPending} onClick={() => void confirm(wallet.walletId)}>
        Pay {figure(reservation.price)} {wallet.currency}
      </button>
      <button type="button" disabled={isPending} onClick={() => void release()}>
        Give back
      </button>
      <span className="soft">{secondsLeft} s left</span>
    </p>
  );
}

function Told({ outcome }: OwnReservation) {
  if (outcome === undefined) return <output />;
  if (outcome.type === "refused") return <output data-outcome="refused">✕ {outcome.error.message}</output>;
  if (outcome.type !== "unknown") return <output data-outcome="confirmed">✓ {WORDS[outcome.type]}</output>;
  return (
    <output data-outcome="unresolved">
      ? No answer came.
      <button type="button" onClick={outcome.retry}>
        Ask again
      </button>
    </output>
  );
}

const WORDS = {
  reserved: "They are held for you.",
  extended: "You have more time.",
  released: "Given back.",
  confirmed: "Bought. See you there.",
  expired: "Time is over; the seats are free again.",
};
