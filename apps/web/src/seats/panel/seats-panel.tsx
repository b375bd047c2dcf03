import type { OwnReservation, ReserveInput, Show } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { House } from "../house/house.ts";
import { listed, seatCount, shortName } from "../words.ts";
import { BestAvailable } from "./best-available.tsx";
import { HeldSeats } from "./held-seats.tsx";
import { SeatsOutcome } from "./outcome.tsx";
import { SeatList } from "./seat-list.tsx";

interface SeatsPanelProps {
  house: House;
  show: Show;
  own: OwnReservation;
  chosen: readonly string[];
  online: boolean;
  onDrop: (seatId: string) => void;
  onReserve: (input: ReserveInput) => void;
  onAgain: ((change: { ifTaken?: "nearest"; replace?: true }) => void) | undefined;
}

/** Beside the map: what is chosen, held or bought, and the next step. */
export function SeatsPanel(props: SeatsPanelProps) {
  const { house, show, own, chosen, online, onDrop, onReserve, onAgain } = props;
  const { reservation, secondsLeft, isPending, outcome } = own;
  const inert = isPending || !online || outcome?.type === "unknown";
  const isHeld = reservation?.status === "held" && secondsLeft !== 0;
  const isBought = reservation?.status === "confirmed";
  const heading = useRef<HTMLHeadingElement>(null);
  const step = isBought ? "bought" : isHeld ? "held" : "choosing";
  // The button that led here may be gone, and with it the focus.
  useEffect(() => {
    if (step !== "choosing" && document.activeElement === document.body) heading.current?.focus();
  }, [step]);
  const hold = chosen.length === 0 ? "Hold seats" : `Hold ${seatCount(chosen.length)}`;

  return (
    <div className="divide-y divide-line rounded-lg border border-line bg-surface *:p-4">
      <section aria-labelledby="your-seats" className="flex flex-col gap-3.5">
        <h2 id="your-seats" ref={heading} tabIndex={-1} className="scroll-mt-28 font-semibold outline-hidden">
          {isHeld ? "Your hold" : isBought ? "Your seats" : "Your choice"}
        </h2>
        <SeatsOutcome {...{ house, show, own, online, onAgain }} />
        {isHeld && <HeldSeats {...{ house, show, own, inert }} />}
        {isBought && reservation && (
          <>
            <Notice
              state="confirmed"
              title={`Bought: ${listed(reservation.seats.map((id) => shortName(house, id)))}`}
            >
              <p className="text-soft">
                Paid and yours. The payment stands in the history of your{" "}
                <Link
                  to="/wallets"
                  className="text-accent underline underline-offset-2 hover:text-accent-strong"
                >
                  wallet
                </Link>
                .
              </p>
            </Notice>
            <SeatList
              house={house}
              show={show}
              seats={reservation.seats}
              mark="yours"
              total={reservation.price}
            />
            <Button onClick={own.dismiss}>Choose more seats</Button>
          </>
        )}
        {!isBought && (chosen.length > 0 || !isHeld) && (
          <div
            data-choice
            className={`flex flex-col gap-3.5 ${isHeld ? "unconfirmed -mx-1 rounded-md p-3" : ""}`}
          >
            {isHeld && <h3 className="text-sm font-medium text-soft">Instead of them</h3>}
            {chosen.length > 0 ? (
              <SeatList house={house} show={show} seats={chosen} mark="chosen" onDrop={onDrop} />
            ) : (
              <p className="text-soft">Press a free seat on the map, or walk there with the arrow keys.</p>
            )}
            <Button
              look={isHeld ? "plain" : "primary"}
              inert={inert || chosen.length === 0}
              onClick={() => onReserve({ seatIds: [...chosen], ...(isHeld && { replace: true }) })}
            >
              {isPending && "Waiting for the answer"}
              {!isPending && !online && "Offline: nothing can be held"}
              {!isPending && online && (isHeld ? `Exchange for ${seatCount(chosen.length)}` : hold)}
            </Button>
          </div>
        )}
      </section>
      {!isHeld && !isBought && (
        <section aria-labelledby="best-available" className="flex flex-col gap-3">
          <h2 id="best-available" className="font-semibold">
            Best available
          </h2>
          <BestAvailable
            show={show}
            inert={inert}
            onReserve={(bestAvailable) => onReserve({ bestAvailable })}
          />
        </section>
      )}
    </div>
  );
}
