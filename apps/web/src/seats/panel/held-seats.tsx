import { type OwnReservation, type Show, useWallets } from "@holdfast/react";
import { useId, useState } from "react";
import { Amount } from "../../ui/amount.tsx";
import { Button } from "../../ui/button.tsx";
import { formatAmount } from "../../ui/format.ts";
import { Select } from "../../ui/select.tsx";
import { clockFace } from "../countdown.ts";
import type { House } from "../house/house.ts";
import { Countdown } from "./countdown.tsx";
import { SeatList } from "./seat-list.tsx";

interface HeldSeatsProps {
  house: House;
  show: Show;
  own: OwnReservation;
  inert: boolean;
}

/** What one holds: pay for it, keep it longer, or give it back. */
export function HeldSeats({ house, show, own, inert }: HeldSeatsProps) {
  const { reservation, secondsLeft, isPending } = own;
  const wallets = useWallets();
  const walletField = useId();
  const [chosenId, setChosenId] = useState<string>();
  if (!reservation) return null;
  const usable = (wallets.data ?? []).filter(
    ({ currency }) => show.currency === null || currency === show.currency,
  );
  const wallet = usable.find(({ walletId }) => walletId === chosenId) ?? usable[0];
  const tail = wallet && `…${wallet.walletId.slice(-6)}`;

  return (
    <div className="flex flex-col gap-3.5">
      {secondsLeft !== undefined && <Countdown secondsLeft={secondsLeft} />}
      <SeatList house={house} show={show} seats={reservation.seats} mark="yours" total={reservation.price} />
      {wallet ? (
        <div className="flex flex-col gap-1 text-sm">
          <label htmlFor={walletField} className="font-medium text-soft">
            Pay from
          </label>
          {usable.length > 1 ? (
            <Select
              id={walletField}
              value={wallet.walletId}
              placeholder="Choose a wallet"
              onChange={setChosenId}
              options={usable.map((one) => ({
                value: one.walletId,
                label: `${one.currency} wallet …${one.walletId.slice(-6)}`,
                detail: `${formatAmount(one.available)} available`,
              }))}
            />
          ) : (
            <output id={walletField} className="flex justify-between gap-3">
              <span>
                {wallet.currency} wallet <span className="font-mono text-faint">{tail}</span>
              </span>
              <span className="text-soft">
                <Amount value={wallet.available} unit={wallet.currency} /> available
              </span>
            </output>
          )}
        </div>
      ) : (
        <p className="text-sm text-soft">
          {wallets.isPending ? "Reading your wallets" : `You have no wallet in ${show.currency} to pay from.`}
        </p>
      )}
      <Button
        look="primary"
        inert={inert || !wallet || secondsLeft === 0}
        onClick={() => wallet && void own.confirm(wallet.walletId)}
      >
        {isPending
          ? "Waiting for the answer"
          : `Pay ${formatAmount(reservation.price)} ${show.currency ?? ""}${tail ? ` from ${tail}` : ""}`}
      </Button>
      <div className="grid grid-cols-2 gap-2">
        <Button inert={inert} onClick={() => void own.extend(show.holdSeconds)}>
          Extend to {clockFace(show.holdSeconds)}
        </Button>
        <Button inert={inert} onClick={() => void own.release()}>
          Release
        </Button>
      </div>
    </div>
  );
}
