import { isDeepStrictEqual } from "node:util";
import type { Case } from "../case.ts";
import { linesOf, rowLine } from "../evidence.ts";
import { dataIn } from "../steps.ts";
import type { Findings } from "../violation.ts";
import type { Timeline } from "./timeline.ts";

/** After the replay: reservations are those that the operations made, and as they left them. */
export function checkReservations(
  { tenantId, operations, reservations }: Case,
  timelines: ReadonlyMap<string, Timeline>,
  findings: Findings,
): void {
  const made = new Map(
    [...operations.values()]
      .filter(({ operation }) => operation.kind === "seats.reserve" && operation.outcome.ok)
      .toReversed()
      .map((story) => [`${dataIn(story.operation)["reservationId"]}`, story]),
  );
  const known = new Set<string>();
  for (const timeline of timelines.values()) {
    for (const booking of timeline.bookings()) {
      known.add(booking.id);
      const row = reservations.get(booking.id);
      const [first] = timeline.statesOf(booking.id);
      const maker = timeline.scenes[(first?.scenes ?? 0) - 1]?.story;
      const expected = { ...booking, tenantId, operationId: maker?.operation.id };
      if (row !== undefined && isDeepStrictEqual({ ...row }, expected)) continue;
      const rule =
        row === undefined
          ? "a reservation that was made and is not there"
          : "a reservation is not as its operations left it";
      findings.add("I7", rule, booking.id, () => [
        ...linesOf(maker?.askers ?? []),
        rowLine("reservations", row),
        rowLine("expected", expected),
      ]);
    }
  }
  for (const [id, row] of reservations) {
    if (known.has(id) || made.has(id)) continue;
    findings.add("I2", "a reservation that nobody made", id, () => [rowLine("reservations", row)]);
  }
}
