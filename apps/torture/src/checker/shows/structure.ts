import type { Case } from "../case.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { ShowChangeRow } from "../tables.ts";
import type { Findings } from "../violation.ts";
import type { Stage } from "./stage.ts";

/** I7 and I5 of each show's own rows, looked at without asking what caused them. */
export function checkStages(one: Case, findings: Findings): void {
  for (const stage of one.stages.values()) {
    stage.sound = hasEveryVersion(stage, findings);
    const holders = passesSeatsOn(stage, findings);
    countsItsSeats(stage, holders, findings);
    leavesSeatsAsTheyAre(stage, holders, findings);
  }
  checkOperations(one, findings);
}

function hasEveryVersion({ id, row, changes }: Stage, findings: Findings): boolean {
  const wrong = changes.findIndex(({ version }, at) => version !== BigInt(at + 1));
  if (wrong >= 0) {
    const detail = `show ${id} has version ${changes[wrong]?.version} where ${wrong + 1} should be`;
    findings.add("I5", "versions of a show have a gap or a double", detail, () =>
      changes.slice(Math.max(0, wrong - 1), wrong + 1).map((change) => rowLine("show_changes", change)),
    );
  } else if (row?.version !== BigInt(changes.length)) {
    findings.add("I5", "a show is not the sum of its changes", `show ${id}: its version`, () => [
      rowLine("shows", row),
      rowLine("show_changes", changes.at(-1)),
    ]);
  }
  return wrong < 0;
}

interface Holder {
  readonly change: ShowChangeRow;
  readonly status: string;
}

/** Who had each seat at last. A seat is held when it was free, and sold or freed by who held it. */
function passesSeatsOn({ id, changes }: Stage, findings: Findings): Map<string, Holder> {
  const holders = new Map<string, Holder>();
  for (const change of changes) {
    const { status, reservationId, version } = change;
    for (const seatId of change.seatIds) {
      const before = holders.get(seatId);
      const isFree = before === undefined || before.status === "free";
      const isOurs = before?.status === "held" && before.change.reservationId === reservationId;
      holders.set(seatId, { change, status });
      if (status === "held" ? isFree : isOurs) continue;
      const was = before === undefined ? "free" : `${before.status} of ${before.change.reservationId}`;
      const detail = `seat ${seatId} of show ${id} became ${status} at version ${version}, and it was ${was}`;
      findings.add("I7", "a seat passed from one to another", detail, () =>
        [before?.change, change].flatMap((row) => (row === undefined ? [] : [rowLine("show_changes", row)])),
      );
    }
  }
  return holders;
}

function countsItsSeats({ id, row }: Stage, holders: ReadonlyMap<string, Holder>, findings: Findings): void {
  const count = (status: string) => [...holders.values()].filter((holder) => holder.status === status).length;
  const [held, sold] = [count("held"), count("sold")];
  if (row === undefined) return;
  if (row.held !== held || row.sold !== sold) {
    const detail = `show ${id}: ${held} held and ${sold} sold`;
    findings.add("I5", "a show is not the sum of its changes", detail, () => [rowLine("shows", row)]);
  }
  if (held + sold > row.capacity) {
    const detail = `show ${id}: ${held} held and ${sold} sold of ${row.capacity}`;
    findings.add("I7", "more seats than there are", detail, () => [rowLine("shows", row)]);
  }
}

function leavesSeatsAsTheyAre(
  { id, seats }: Stage,
  holders: ReadonlyMap<string, Holder>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const row of seats) {
    const last = holders.get(row.id);
    const reservationId = last === undefined || last.status === "free" ? null : last.change.reservationId;
    const isRight = !seen.has(row.id) && row.status === last?.status && row.reservationId === reservationId;
    seen.add(row.id);
    if (isRight) continue;
    findings.add("I7", "a seat is not as its changes left it", `seat ${row.id} of show ${id}`, () => [
      rowLine("seats", row),
      rowLine("show_changes", last?.change),
    ]);
  }
  for (const [seatId, { change }] of holders) {
    if (seen.has(seatId)) continue;
    findings.add("I7", "a seat is not as its changes left it", `seat ${seatId} of show ${id}`, () => [
      rowLine("seats", undefined),
      rowLine("show_changes", change),
    ]);
  }
}

/** I2: seats change because an operation says so that succeeded. */
function checkOperations({ operations, changesByOperation }: Case, findings: Findings): void {
  for (const [operationId, changes] of changesByOperation) {
    const story = operations.get(operationId);
    if (story?.operation.outcome.ok && story.operation.kind.startsWith("seats.")) continue;
    const rule =
      story === undefined
        ? "changes of seats that no operation explains"
        : "refused, and yet it changed seats";
    findings.add("I2", rule, operationId, () => [
      ...linesOf(story?.askers ?? []),
      rowLine("operations", story?.operation),
      ...changes.map((change) => rowLine("show_changes", change)),
    ]);
  }
}
