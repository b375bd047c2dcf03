import { type ReserveInput, type SeatMap as SeatMapData, type Show, useReservation } from "@holdfast/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useOnline } from "../app/use-online.ts";
import { useToasts } from "../ui/toasts.tsx";
import { MAX_CHOSEN } from "./choice.ts";
import { buildHouse, type Place } from "./house/house.ts";
import { Legend } from "./map/legend.tsx";
import { SeatMap } from "./map/seat-map.tsx";
import { markOf, mineOf } from "./mark.ts";
import { BottomBar } from "./panel/bottom-bar.tsx";
import { SeatsPanel } from "./panel/seats-panel.tsx";
import { useChoice } from "./use-choice.ts";
import { useFrame } from "./use-frame.ts";
import { seatCount, takenTitle, whereIs } from "./words.ts";

const TOAST_MS = 12_000;
const WIDE = 1.6;
const TALL = 0.7;

/** The map and the panel of one show, and what goes to and fro between them. */
export function SeatRoom({ show, map }: { show: Show; map: SeatMapData }) {
  const { statusOf } = map;
  const own = useReservation(show.showId);
  const online = useOnline();
  const { add, close } = useToasts();
  const [only, setOnly] = useState<string>();
  const [lost, setLost] = useState<readonly string[]>([]);
  const [said, setSaid] = useState("");
  const [asked, setAsked] = useState<ReserveInput>();
  const place = useRef<HTMLDivElement>(null);
  const frame = useFrame(place);

  const isWide = frame.width > frame.height;
  const { layout } = show;
  const house = useMemo(() => buildHouse(layout, isWide ? WIDE : TALL), [layout, isWide]);
  const ranks = useMemo(() => {
    const dearest = layout.categories.toSorted((a, b) => (BigInt(a.price) < BigInt(b.price) ? 1 : -1));
    return new Map(dearest.map(({ id }, rank) => [id, rank]));
  }, [layout]);

  const mine = useMemo(
    () => mineOf({ reservation: own.reservation, secondsLeft: own.secondsLeft === 0 ? 0 : undefined }),
    [own.reservation, own.secondsLeft === 0],
  );
  const choice = useChoice({
    statusOf,
    mine,
    isPending: own.isPending,
    onTaken: (taken, chosen) => tellTaken(taken, { seatIds: [...chosen] }),
  });
  const { chosen } = choice;
  const marks = useMemo(() => {
    const seen = { statusOf, mine, chosen: new Set(chosen) };
    return house.places.map(({ id }) => markOf(id, seen));
  }, [house, statusOf, mine, chosen]);

  async function reserve(input: ReserveInput): Promise<void> {
    close();
    setLost([]);
    setAsked(input);
    await own.reserve(input);
  }
  const again = (input: ReserveInput, change: Partial<ReserveInput>): void =>
    void reserve({ ...input, ...change });

  function tellTaken(taken: readonly string[], input: ReserveInput): void {
    setLost(taken);
    add({
      // One at a time: the answer and the change feed may both tell of the same seats.
      id: "taken",
      title: takenTitle(house, taken),
      description: "Somebody was faster. It is marked on the map.",
      type: "refused",
      timeout: TOAST_MS,
      actionProps: { children: "Take the nearest", onClick: () => again(input, { ifTaken: "nearest" }) },
    });
  }

  const { conflicts, outcome } = own;
  // Once for each refusal.
  useEffect(() => {
    if (conflicts.length === 0 || asked === undefined) return;
    choice.drop(conflicts);
    tellTaken(conflicts, asked);
  }, [conflicts]);
  const settled = outcome?.type;
  // Once for each outcome.
  useEffect(() => {
    if (settled === "reserved") choice.clear();
    if (settled === "confirmed" || settled === "reserved") setLost([]);
  }, [settled, own.reservation?.reservationId]);

  const now = useRef({ marks, choice });
  now.current = { marks, choice };
  const press = useCallback(
    (pressed: Place): void => {
      const mark = now.current.marks[pressed.at] ?? "free";
      const next = now.current.choice.press(pressed.id, mark);
      const where = whereIs(house, pressed);
      const what =
        mark === "chosen" ? "given back" : `chosen, ${seatCount(next.chosen.length)} of ${MAX_CHOSEN}`;
      setSaid(`${where}: ${next.because ?? what}`);
    },
    [house],
  );

  const expired = outcome?.type === "expired" ? own.reservation?.seats : undefined;
  const repeat = expired ? { seatIds: [...expired] } : asked;
  return (
    <div className="grid items-start gap-x-6 gap-y-5 xl:grid-cols-[minmax(0,1fr)_20rem]">
      <section
        aria-label="Seat map"
        className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface"
      >
        <div ref={place}>
          {frame.width > 0 && (
            <SeatMap
              {...{ house, show, marks, ranks, only, frame }}
              conflicts={lost}
              changed={map.changed}
              onPress={press}
            />
          )}
        </div>
        <Legend {...{ house, show, marks, ranks, only }} onOnly={setOnly} />
        <p role="status" className="sr-only">
          {said}
        </p>
      </section>
      <aside aria-label="Your seats" className="xl:sticky xl:top-5">
        <SeatsPanel
          {...{ house, show, own, chosen, online }}
          onDrop={(seatId) => choice.drop([seatId])}
          onReserve={(input) => void reserve(input)}
          onAgain={repeat && ((change) => again(repeat, change))}
        />
      </aside>
      <BottomBar {...{ house, show, own, chosen }} />
    </div>
  );
}
