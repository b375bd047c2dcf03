import type { MutationError, OwnReservation, Show } from "@holdfast/react";
import { Button } from "../../ui/button.tsx";
import { clockTime } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { RefusalReason, refusalTitle } from "../../wallets/refusal.tsx";
import type { House } from "../house/house.ts";
import { listed, seatCount, shortName, takenTitle } from "../words.ts";

interface OutcomeProps {
  house: House;
  show: Show;
  own: OwnReservation;
  online: boolean;
  /** Repeats the last reserve with a change; undefined when there was none on this page. */
  onAgain: ((change: { ifTaken?: "nearest"; replace?: true }) => void) | undefined;
}

/** What the last thing that one did came to, announced as it changes. */
export function SeatsOutcome(props: OutcomeProps) {
  return (
    <div role="status" aria-label="Outcome" data-outcome={props.own.outcome?.type} className="empty:hidden">
      <Outcome {...props} />
    </div>
  );
}

function Outcome({ house, show, own, online, onAgain }: OutcomeProps) {
  const { outcome, dismiss } = own;
  const close = (
    <Button look="quiet" onClick={dismiss}>
      Dismiss
    </Button>
  );
  switch (outcome?.type) {
    case undefined:
    case "reserved":
    case "confirmed":
      return null;
    case "extended":
      return <p className="text-sm text-soft">Extended: the time above is the new one.</p>;
    case "released":
      return (
        <Notice state="confirmed" title="Released" actions={close}>
          <p className="text-soft">The seats are free for everybody, and nothing was paid.</p>
        </Notice>
      );
    case "expired":
      return (
        <Notice
          state="attention"
          title="The hold has expired"
          actions={
            <>
              {onAgain && <Button onClick={() => onAgain({ ifTaken: "nearest" })}>Hold them again</Button>}
              {close}
            </>
          }
        >
          <p className="text-soft">The seats are free for everybody again, and nothing was paid.</p>
        </Notice>
      );
    case "unknown":
      return (
        <Notice
          state="unresolved"
          title="Unresolved: it may or may not have happened"
          actions={
            <Button inert={!online || own.isPending} onClick={outcome.retry}>
              Check again (same key)
            </Button>
          }
        >
          <p className="text-soft">
            No answer came. Checking asks with the same key, so nothing is held or paid twice.
          </p>
        </Notice>
      );
    case "refused":
      return (
        <Notice
          state="refused"
          title={titleOf(house, outcome.error)}
          actions={
            <>
              {onAgain && outcome.error.code === "SEATS_TAKEN" && (
                <Button onClick={() => onAgain({ ifTaken: "nearest" })}>Take the nearest</Button>
              )}
              {onAgain && outcome.error.code === "RESERVATION_ACTIVE" && (
                <Button onClick={() => onAgain({ replace: true })}>Exchange them</Button>
              )}
              {onAgain && outcome.error.code === "RESERVATION_EXPIRED" && (
                <Button onClick={() => onAgain({ ifTaken: "nearest" })}>Hold them again</Button>
              )}
              {close}
            </>
          }
        >
          <Reason house={house} show={show} error={outcome.error} />
        </Notice>
      );
  }
}

function titleOf(house: House, error: MutationError): string {
  switch (error.code) {
    case "SEATS_TAKEN":
      return `Refused: ${takenTitle(house, error.details.conflicts).replace(/^S/, "s")}`;
    case "NOT_ENOUGH_SEATS":
      return `Refused: ${error.details.available} of ${seatCount(error.details.requested)} free`;
    case "RESERVATION_ACTIVE":
      return "Refused: you hold other seats";
    case "RESERVATION_EXPIRED":
      return "Refused: the hold has expired";
    case "RESERVATION_CLOSED":
      return `Refused: it was ${error.details.status} already`;
    case "EXTENSION_LIMIT":
      return "Refused: it can’t be held any longer";
    default:
      return refusalTitle(error);
  }
}

function Reason({ house, show, error }: { house: House; show: Show; error: MutationError }) {
  const names = (ids: readonly string[]): string => listed(ids.map((id) => shortName(house, id)));
  switch (error.code) {
    case "SEATS_TAKEN":
      return <p className="text-soft">Somebody was faster. None was held for you; the map shows where.</p>;
    case "NOT_ENOUGH_SEATS":
      return <p className="text-soft">None was held. Ask for fewer, or in another section or category.</p>;
    case "RESERVATION_ACTIVE":
      return (
        <p className="text-soft">
          {names(error.details.seats)} {error.details.seats.length === 1 ? "is" : "are"} yours until{" "}
          <span className="figures">{clockTime(Date.parse(error.details.expiresAt))}</span>. An exchange gives
          them up only if the new ones can be had.
        </p>
      );
    case "RESERVATION_EXPIRED":
      return (
        <p className="text-soft">
          Nothing was paid.{" "}
          {error.details.taken.length > 0
            ? `Somebody else has ${names(error.details.taken)} by now.`
            : "The seats are still free."}
        </p>
      );
    case "RESERVATION_CLOSED":
      return <p className="text-soft">Nothing was changed or paid now.</p>;
    case "EXTENSION_LIMIT":
      return (
        <p className="text-soft">
          It ends at <span className="figures">{clockTime(Date.parse(error.details.expiresAt))}</span>; pay
          before then.
        </p>
      );
    default:
      return <RefusalReason error={error} unit={show.currency ?? ""} />;
  }
}
