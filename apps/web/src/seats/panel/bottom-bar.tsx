import type { OwnReservation, Show } from "@holdfast/react";
import { Amount } from "../../ui/amount.tsx";
import { Button } from "../../ui/button.tsx";
import { clockFace } from "../countdown.ts";
import type { House } from "../house/house.ts";
import { seatCount, totalOf } from "../words.ts";

interface BottomBarProps {
  house: House;
  show: Show;
  own: OwnReservation;
  chosen: readonly string[];
}

/** Where the panel stands below the map, what is in it is told here as well, with the way there. */
export function BottomBar({ house, show, own: { reservation, secondsLeft }, chosen }: BottomBarProps) {
  const isHeld = reservation?.status === "held" && secondsLeft !== undefined && secondsLeft > 0;
  const seats = isHeld ? reservation.seats : chosen;
  if (seats.length === 0) return null;
  return (
    <div className="sticky bottom-(--drawer-height) z-10 -mx-4 flex items-center justify-between gap-3 border-t border-line bg-surface px-4 py-2.5 sm:-mx-6 sm:px-6 xl:hidden">
      <p className="flex flex-col leading-tight">
        <span className="figures font-medium">
          {isHeld ? `Held for ${clockFace(secondsLeft)}` : `${seatCount(seats.length)} chosen`}
        </span>
        <span className="text-sm text-soft">
          <Amount
            value={isHeld ? reservation.price : totalOf(house, show, seats)}
            unit={show.currency ?? ""}
          />
        </span>
      </p>
      <Button
        look="primary"
        onClick={() => document.getElementById("your-seats")?.scrollIntoView({ behavior: "smooth" })}
      >
        {isHeld ? "Go and pay" : "Review and hold"}
      </Button>
    </div>
  );
}
