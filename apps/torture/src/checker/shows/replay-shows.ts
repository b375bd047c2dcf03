import { isDeepStrictEqual } from "node:util";
import { dataOf } from "../attempts.ts";
import type { Case, Story } from "../case.ts";
import { tokenHashOf } from "../content.ts";
import { linesOf, rowLine } from "../evidence.ts";
import { groupBy } from "../group-by.ts";
import { askerOf } from "../replay.ts";
import { dataIn, type Refusal, type Result, resultOf, type Step, stepOf, textIn } from "../steps.ts";
import type { ShowChangeRow } from "../tables.ts";
import type { Findings, Invariant } from "../violation.ts";
import { openTimelines } from "./creation.ts";
import { runShowStep, type SeatChange, type ShowDone } from "./model.ts";
import type { Booking, Timeline } from "./timeline.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Replays every success on shows and seats on the model, a show at a time, and compares answers and changes. */
export function replayShows(one: Case, findings: Findings): Map<string, Timeline> {
  const timelines = openTimelines(one, findings);
  const stories = [...one.operations.values()].filter(
    ({ operation }) => operation.outcome.ok && operation.kind.startsWith("seats."),
  );
  for (const [showId, ofShow] of groupBy(stories, (story) => `${dataIn(story.operation)["showId"]}`)) {
    const timeline = timelines.get(showId);
    const stage = one.stages.get(showId);
    if (timeline === undefined || stage === undefined) {
      findings.add("I2", "an operation on a show that nobody created", showId, () =>
        ofShow.map(({ operation }) => rowLine("operations", operation)),
      );
      continue;
    }
    const replayed = new Replayed(one, timeline, findings);
    for (const story of inOrderOfShow(one, ofShow)) replayed.run(story, stage.sound);
  }
  return timelines;
}

/**
 * By version; after who made a version come those that came upon it, by the database's clock and the end they tell. Of those that
 * were decided in one batch, whose clock stands still, and tell the same end, first who made it so; then by their ids, which
 * one process makes in the order of its decisions.
 */
function inOrderOfShow({ changesByOperation }: Case, stories: readonly Story[]): Story[] {
  const places = new Map(
    stories.map(({ operation }) => {
      const { showVersion, expiresAt } = dataIn(operation);
      const made = changesByOperation.has(operation.id) ? 0 : 1;
      const only = operation.kind === "seats.extend" ? 0 : 1;
      const place = [Number(showVersion), made, operation.createdAtMs, Date.parse(`${expiresAt}`), only];
      return [operation.id, place] as const;
    }),
  );
  const placeOf = ({ operation }: Story) => places.get(operation.id) ?? [];
  return stories.toSorted((a, b) => {
    const [mine, other] = [placeOf(a), placeOf(b)];
    const at = mine.findIndex((part, index) => part !== other[index]);
    if (at < 0) return a.operation.id < b.operation.id ? -1 : 1;
    return (mine[at] ?? 0) - (other[at] ?? 0);
  });
}

/** What the model refuses and the product executed: which promise that breaks; any other, that it had no effect. */
const BROKEN: Readonly<Record<string, Invariant>> = {
  SEATS_TAKEN: "I7",
  NOT_ENOUGH_SEATS: "I7",
  RESERVATION_ACTIVE: "I7",
  RESERVATION_EXPIRED: "I7",
  RESERVATION_CLOSED: "I7",
  EXTENSION_LIMIT: "I7",
};

/** The successes on one show on their way through the model. */
class Replayed {
  readonly #one: Case;
  readonly #timeline: Timeline;
  readonly #findings: Findings;

  constructor(one: Case, timeline: Timeline, findings: Findings) {
    this.#one = one;
    this.#timeline = timeline;
    this.#findings = findings;
  }

  run(story: Story, sound: boolean): void {
    const { operation } = story;
    const result = resultOf(operation.outcome);
    if (!result.ok) return;
    const rows = this.#one.changesByOperation.get(operation.id) ?? [];
    const step = stepOf(operation.kind, operation.input);
    const told = runShowStep(step, {
      facts: this.#timeline.facts,
      world: this.#timeline.worldAt(),
      asker: askerOf(story),
      tokenHash: step.kind === "reserve" ? this.#tokenHashOf(story, result) : tokenHashOf(operation.input),
      answer: result.data,
    });
    if (sound) this.#judge(story, step, result.data, rows, told);
    // Whatever the model says, it goes on with what there is, and so tells each mistake once.
    const scene = { story, version: Number(result.data["showVersion"]) };
    this.#timeline.play(scene, this.#bookingsAfter(story, result.data, rows, told), rows);
    if (step.kind === "reserve") this.#checkTokens(story, result.data);
  }

  #judge(
    story: Story,
    step: Step,
    data: Fields,
    rows: readonly ShowChangeRow[],
    told: ShowDone | Refusal,
  ): void {
    if (!told.ok) {
      const detail = `${step.kind}: ${told.code} ${JSON.stringify(told.details)}`;
      if (step.kind === "expire") this.#report("I7", "a reservation expired before its time", story, detail);
      else this.#report(BROKEN[told.code] ?? "I2", "executed what had to be refused", story, detail);
      return;
    }
    if (told.objection !== undefined) {
      this.#report("I7", "seats were chosen that must not be", story, told.objection);
      return;
    }
    const expected: Fields = { operationId: story.operation.id, ...told.data };
    // What the buyer's wallet came to is for the wallets' model to say.
    const names = step.kind === "confirm" && data["price"] !== "0" ? Object.keys(expected) : undefined;
    const wrong = (names ?? [...new Set([...Object.keys(expected), ...Object.keys(data)])]).filter(
      (name) => !isDeepStrictEqual(expected[name], data[name]),
    );
    if (wrong.length > 0) {
      const words = wrong.map((name) => `${name} ${data[name]} instead of ${expected[name]}`);
      this.#report("I5", "the model answers differently", story, words.join(", "));
    }
    const written = rows.map(
      ({ status, reservationId, seatIds }) => ({ status, reservationId, seatIds }) as SeatChange,
    );
    if (isDeepStrictEqual(written, told.changes)) return;
    const words = `${inWords(written)} instead of ${inWords(told.changes)}`;
    this.#report("I7", "an operation whose changes of seats are not what it means", story, words);
  }

  /** The reservations that the rows and the answer speak of, as they are after them. */
  #bookingsAfter(
    story: Story,
    data: Fields,
    rows: readonly ShowChangeRow[],
    told: ShowDone | Refusal,
  ): Booking[] {
    const world = this.#timeline.worldAt();
    const after = new Map<string, Booking>();
    const known = (id: string) => after.get(id) ?? world.booking(id);
    const id = textIn(data, "reservationId") ?? "";
    const expiresAtMs = Date.parse(`${data["expiresAt"]}`);
    const { operation } = story;
    if (operation.kind === "seats.reserve" && known(id) === undefined) {
      const modelled = told.ok ? told.bookings.find((booking) => booking.id === id) : undefined;
      const asker = askerOf(story);
      after.set(id, {
        id,
        showId: this.#timeline.facts.id,
        customerId: textIn(operation.input, "customerId") ?? asker.subject,
        seatIds: (data["seats"] ?? []) as string[],
        price: BigInt(`${data["price"]}`),
        status: "held",
        heldSinceMs: modelled?.heldSinceMs ?? asker.nowMs,
        expiresAtMs,
        tokenHash: this.#tokenHashOf(story, { ok: true, data }),
      });
    }
    const extended = known(id);
    if (operation.kind === "seats.extend" && extended !== undefined)
      after.set(id, { ...extended, expiresAtMs });
    const freed = operation.kind === "seats.expire" ? "expired" : "released";
    for (const { status, reservationId } of rows) {
      const booking = known(reservationId);
      if (booking === undefined) continue;
      const become = { held: "held", sold: "confirmed", free: freed } as const;
      after.set(reservationId, { ...booking, status: become[status as SeatChange["status"]] ?? "held" });
    }
    return [...after.values()];
  }

  /** By the token that somebody was told; by the table's word when nobody was. */
  #tokenHashOf({ askers }: Story, { data }: Result & { ok: true }): string {
    const told = askers.map((asker) => tokenHashOf(dataOf(asker))).find((hash) => hash !== undefined);
    return told ?? this.#one.reservations.get(textIn(data, "reservationId") ?? "")?.tokenHash ?? "";
  }

  /** Whoever is told of a reservation is told the one token that it has. */
  #checkTokens(story: Story, data: Fields): void {
    const booking = this.#timeline.worldAt().booking(textIn(data, "reservationId") ?? "");
    const hashes = story.askers.map((asker) => tokenHashOf(dataOf(asker)));
    const told = story.askers.filter((asker) => asker.meaning === "success");
    const others = hashes.filter((hash) => hash !== undefined && hash !== booking?.tokenHash);
    if (others.length > 0)
      this.#report("I3", "a reservation was told with another token", story, booking?.id ?? "");
    else if (hashes.filter((hash) => hash !== undefined).length < told.length)
      this.#report("I1", "a reservation was told without its token", story, booking?.id ?? "");
  }

  #report(invariant: Invariant, rule: string, { operation, askers }: Story, detail: string): void {
    const { reservationId } = dataIn(operation);
    const rows = this.#one.changesByOperation.get(operation.id) ?? [];
    this.#findings.add(invariant, rule, `${operation.kind} ${operation.id}: ${detail}`, () => [
      ...linesOf(askers),
      rowLine("operations", operation),
      ...rows.map((row) => rowLine("show_changes", row)),
      rowLine("reservations", this.#one.reservations.get(`${reservationId}`)),
    ]);
  }
}

function inWords(changes: readonly SeatChange[]): string {
  if (changes.length === 0) return "nothing";
  return changes
    .map(({ status, reservationId, seatIds }) => `${seatIds} ${status} of ${reservationId}`)
    .join(", then ");
}
