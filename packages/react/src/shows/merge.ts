import type { ChangeEvent } from "@holdfast/client";
import type { Show } from "../client-types.ts";

/** What the change feed tells of a show: what some of its seats became. */
interface SeatsChanged {
  readonly status: "free" | "held" | "sold";
  readonly seats: readonly string[];
}

/** A show just read against the one in the cache. On equal versions the read wins: a hold may have expired since. */
export function mergeShow(cached: Show | undefined, read: Show): Show {
  return cached && cached.showId === read.showId && BigInt(read.version) < BigInt(cached.version)
    ? cached
    : read;
}

/** The show after changes, or undefined when it has to be read anew because some are missing. */
export function applyChanges(show: Show, events: readonly ChangeEvent[]): Show | undefined {
  const held = new Set(show.heldSeats);
  const sold = new Set(show.soldSeats);
  let version = BigInt(show.version);
  for (const event of events) {
    const next = BigInt(event.version);
    if (next <= version) continue;
    if (event.type === "reset" || next !== version + 1n) return undefined;
    version = next;
    const { status, seats } = event.data as unknown as SeatsChanged;
    for (const seat of seats) {
      held.delete(seat);
      if (status === "held") held.add(seat);
      if (status === "sold") sold.add(seat);
    }
  }
  if (`${version}` === show.version) return show;
  return {
    ...show,
    version: `${version}`,
    held: held.size,
    sold: sold.size,
    heldSeats: [...held],
    soldSeats: [...sold],
  };
}

/** The seats that the events speak of. */
export function seatsOf(events: readonly ChangeEvent[]): Set<string> {
  return new Set(
    events.flatMap((event) => (event.type === "change" ? (event.data as unknown as SeatsChanged).seats : [])),
  );
}
