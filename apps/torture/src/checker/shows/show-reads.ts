import { isDeepStrictEqual } from "node:util";
import { type Attempt, codeOf, dataOf, repliedAtMs } from "../attempts.ts";
import type { Case } from "../case.ts";
import type { Clock } from "../clock.ts";
import { tokenHashOf } from "../content.ts";
import { linesOf, rowLine } from "../evidence.ts";
import type { Moments } from "../moments.ts";
import { textIn } from "../steps.ts";
import type { Findings } from "../violation.ts";
import type { Booking, Timeline } from "./timeline.ts";

type Data = Readonly<Record<string, unknown>>;

/** I9 for reads of shows and reservations: each shows a state that was written, no older than what was known before. */
export class ShowReads {
  readonly #one: Case;
  readonly #timelines: ReadonlyMap<string, Timeline>;
  readonly #moments: Moments;
  readonly #clock: Clock;
  readonly #findings: Findings;

  constructor(
    one: Case,
    timelines: ReadonlyMap<string, Timeline>,
    moments: Moments,
    clock: Clock,
    findings: Findings,
  ) {
    this.#one = one;
    this.#timelines = timelines;
    this.#moments = moments;
    this.#clock = clock;
    this.#findings = findings;
  }

  check(): void {
    for (const attempt of this.#one.attempts) {
      if (attempt.isQuery && !attempt.sent.procedure.startsWith("wallets.")) this.#check(attempt);
    }
  }

  #check(attempt: Attempt): void {
    const { procedure } = attempt.sent;
    if (attempt.meaning !== "success") this.#missing(attempt);
    else if (procedure === "shows.list") this.#list(attempt, dataOf(attempt));
    else if (procedure === "shows.get") this.#show(attempt, dataOf(attempt));
    else if (procedure === "seats.check") this.#reservation(attempt, dataOf(attempt));
  }

  #missing(attempt: Attempt): void {
    if (codeOf(attempt) !== "NOT_FOUND") return;
    const { input, caller, atMs } = attempt.sent;
    const showId = textIn(input, "showId")?.toLowerCase();
    if (showId !== undefined) {
      if (this.#moments.known(showId, atMs) >= 0)
        this.#wrong(attempt, "told as missing what somebody had been told of", `show ${showId}`);
      return;
    }
    const row = this.#one.reservationsByTokenHash.get(tokenHashOf(input) ?? "");
    const timeline = this.#timelines.get(row?.showId ?? "");
    if (row === undefined || timeline === undefined) return;
    if (caller.role === "user" && caller.subject !== row.customerId) return;
    const known = this.#moments.known(row.showId, atMs);
    const { first } = timeline.scenesAt(Math.max(0, known));
    if (timeline.worldAt(first).booking(row.id) === undefined) return;
    this.#wrong(attempt, "told as missing what somebody had been told of", `reservation ${row.id}`, timeline);
  }

  #list(attempt: Attempt, data: Data): void {
    const shown = Array.isArray(data["shows"]) ? (data["shows"] as Data[]) : [];
    const { input, atMs } = attempt.sent;
    for (const summary of shown) this.#summary(attempt, summary, `${summary["showId"]}`);
    const ids = shown.map(({ showId }) => `${showId}`);
    if (shown.length >= Number(input["limit"] ?? 50) || input["before"] !== undefined) return;
    for (const id of this.#timelines.keys()) {
      if (!ids.includes(id) && this.#moments.known(id, atMs) >= 0)
        this.#wrong(attempt, "a list without what somebody had been told of", `show ${id}`);
    }
  }

  #show(attempt: Attempt, data: Data): void {
    const showId = textIn(attempt.sent.input, "showId")?.toLowerCase() ?? "";
    const timeline = this.#summary(attempt, data, showId);
    if (timeline === undefined) return;
    const { facts } = timeline;
    const { row: wallet } = this.#one.accounts.get(facts.organiserId ?? "") ?? {};
    const isRight =
      data["walletId"] === (facts.organiserId ?? null) &&
      data["currency"] === (wallet?.currency ?? null) &&
      data["holdSeconds"] === facts.holdSeconds &&
      data["maxHoldSeconds"] === facts.maxHoldSeconds &&
      isDeepStrictEqual(data["layout"], facts.house.layout);
    if (!isRight)
      this.#wrong(attempt, "a read of what nobody wrote", `show ${showId}: what never changes`, timeline);
  }

  /** What a list and a single show have in common; the show, when its version is one that can be looked into. */
  #summary(attempt: Attempt, data: Data, showId: string): Timeline | undefined {
    const timeline = this.#timelines.get(showId);
    const version = Number(data["version"]);
    const detail = `show ${showId}: version ${data["version"]}`;
    const { atMs } = attempt.sent;
    if (data["showId"] !== showId || timeline === undefined) {
      // Another tenant's is a leak; those are looked for in every reply.
      if (!this.#one.stages.has(showId)) this.#wrong(attempt, "a read of what nobody wrote", detail);
      return undefined;
    }
    const known = this.#moments.known(showId, atMs);
    const stage = this.#one.stages.get(showId);
    if (stage?.sound === false) return undefined;
    if (!(version >= 0 && version <= (stage?.changes.length ?? 0))) {
      this.#wrong(attempt, "a read of what nobody wrote", detail, timeline);
    } else if (version < known) {
      this.#wrong(attempt, "a stale read", `${detail}, and ${known} was known before it was sent`, timeline);
    } else if (version > this.#moments.latest(showId, repliedAtMs(attempt))) {
      this.#wrong(attempt, "a read of what nobody had asked for yet", detail, timeline);
    } else {
      this.#seats(attempt, data, timeline, version);
      return timeline;
    }
    return undefined;
  }

  /** Seats that are sold stand there; those that are held unless their hold has ended by the clock that the read looked at. */
  #seats(attempt: Attempt, data: Data, timeline: Timeline, version: number): void {
    const { facts } = timeline;
    const detail = `show ${facts.id} at version ${version}`;
    const { first, last } = timeline.scenesAt(version);
    const world = timeline.worldAt(first);
    const sold: string[] = [];
    const holds = new Map<string, Booking>();
    for (const seatId of facts.house.places.keys()) {
      const holder = world.holderOf(seatId);
      if (holder?.status === "confirmed") sold.push(seatId);
      if (holder?.status === "held") holds.set(holder.id, holder);
    }
    const { operation } = facts.story;
    const startsAt = textIn(operation.input, "startsAt");
    const fits =
      data["name"] === operation.input["name"] &&
      data["startsAt"] === (startsAt === undefined ? null : new Date(startsAt).toISOString()) &&
      data["capacity"] === facts.house.capacity &&
      data["sold"] === sold.length &&
      (!("soldSeats" in data) || isSame(data["soldSeats"], sold)) &&
      (!("heldSeats" in data) || (data["heldSeats"] as unknown[]).length === data["held"]);
    if (!fits) {
      this.#wrong(attempt, "a read of what nobody wrote", detail, timeline);
      return;
    }
    if (!("heldSeats" in data)) return;
    const shown = new Set(data["heldSeats"] as string[]);
    const clock = {
      from: this.#clock.earliest(attempt.sent.atMs),
      to: this.#clock.latest(repliedAtMs(attempt)),
    };
    for (const booking of holds.values()) {
      const seen = booking.seatIds.filter((id) => shown.delete(id)).length;
      // An extension makes no version, so before or after it.
      const ends = range(first, last).map((at) => timeline.worldAt(at).booking(booking.id)?.expiresAtMs ?? 0);
      if (seen === booking.seatIds.length) clock.to = Math.min(clock.to, Math.max(...ends) - 1);
      else if (seen === 0) clock.from = Math.max(clock.from, Math.min(...ends));
      else this.#wrong(attempt, "a read shows a part of a reservation", `${detail}: ${booking.id}`, timeline);
    }
    if (shown.size > 0)
      this.#wrong(attempt, "a read shows a seat as held that is not", `${detail}: ${[...shown]}`, timeline);
    // The clock in whole milliseconds is up to one behind the hour at which a hold ended.
    if (clock.from > clock.to + 1)
      this.#wrong(
        attempt,
        "a read shows holds by no time of the clock",
        `${detail}: ${clock.from} to ${clock.to}`,
        timeline,
      );
  }

  #reservation(attempt: Attempt, data: Data): void {
    const { input, caller, atMs } = attempt.sent;
    const row = this.#one.reservationsByTokenHash.get(tokenHashOf(input) ?? "");
    const timeline = this.#timelines.get(row?.showId ?? "");
    if (row === undefined || timeline === undefined) {
      this.#wrong(attempt, "a read of what nobody wrote", "a reservation by a token that nobody was told");
      return;
    }
    if (caller.role === "user" && row.customerId !== caller.subject) {
      this.#findings.add("I10", "another's reservation was shown", row.id, () => linesOf([attempt]));
      return;
    }
    if (this.#one.stages.get(row.showId)?.sound === false) return;
    const toMs = repliedAtMs(attempt);
    const known = Math.max(0, this.#moments.known(row.showId, atMs));
    let { first, last } = timeline.scenesAt(known, this.#moments.latest(row.showId, toMs));
    for (const { scenes } of timeline.statesOf(row.id)) {
      const maker = timeline.scenes[scenes - 1]?.story;
      if (maker !== undefined && maker.toldMs < atMs) first = Math.max(first, scenes);
      if (maker !== undefined && maker.firstSentMs > toMs) last = Math.min(last, scenes - 1);
    }
    const clock = { from: this.#clock.earliest(atMs), to: this.#clock.latest(toMs) };
    const isRight = range(first, last).some((at) => {
      const booking = timeline.worldAt(at).booking(row.id);
      return booking !== undefined && shows(data, booking, clock);
    });
    if (!isRight)
      this.#wrong(attempt, "a read of a reservation as it was not", `reservation ${row.id}`, timeline);
  }

  #wrong(attempt: Attempt, rule: string, detail: string, timeline?: Timeline): void {
    const version = Number(dataOf(attempt)["version"]);
    const changes = this.#one.stages.get(timeline?.facts.id ?? "")?.changes ?? [];
    this.#findings.add("I9", rule, detail, () => [
      ...linesOf([attempt]),
      ...changes.slice(Math.max(0, version - 2), version + 1).map((row) => rowLine("show_changes", row)),
    ]);
  }
}

/** Whether a view is of a reservation in this state, at some time of a span of the clock. */
function shows(data: Data, booking: Booking, { from, to }: { from: number; to: number }): boolean {
  const { id, showId, seatIds, price, status, expiresAtMs } = booking;
  const isHeld = status === "held" && data["status"] === "held";
  const hasExpired = status === "held" && data["status"] === "expired";
  const left = Number(data["expiresInSeconds"]);
  // The clock in whole milliseconds may be one behind the one that was looked at.
  const most = Math.max(0, Math.floor((expiresAtMs - from) / 1000));
  const least = Math.max(0, Math.floor((expiresAtMs - to - 1) / 1000));
  return (
    data["reservationId"] === id &&
    data["showId"] === showId &&
    isDeepStrictEqual(data["seats"], seatIds) &&
    data["price"] === `${price}` &&
    data["expiresAt"] === new Date(expiresAtMs).toISOString() &&
    (isHeld
      ? expiresAtMs > from && left >= least && left <= most
      : left === 0 && (hasExpired ? expiresAtMs <= to + 1 : data["status"] === status))
  );
}

function isSame(shown: unknown, names: readonly string[]): boolean {
  return Array.isArray(shown) && shown.length === names.length && names.every((name) => shown.includes(name));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
