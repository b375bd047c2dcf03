import type { Show } from "@holdfast/react";
import { formatAmount } from "../ui/format.ts";
import type { House, Place } from "./house/house.ts";
import { type Mark, markWords } from "./mark.ts";

type Category = Show["layout"]["categories"][number];

export function categoryName({ id, name }: Category): string {
  return name ?? id;
}

export function priceOf(price: string, currency: string | null): string {
  return price === "0"
    ? "nothing to pay"
    : `${formatAmount(price)}${currency === null ? "" : ` ${currency}`}`;
}

/** "Stalls, row C, seat 12" */
export function whereIs(house: House, place: Place): string {
  const section = house.sections[place.section];
  return `${section?.name}, row ${section?.rows[place.row]?.id}, seat ${place.number}`;
}

/** "Stalls, row C, seat 12, Standard, 5,500 sat, free" */
export function describe(house: House, place: Place, show: Show, mark: Mark): string {
  const category = show.layout.categories.find(({ id }) => id === place.category);
  return [
    whereIs(house, place),
    category && categoryName(category),
    category && priceOf(category.price, show.currency),
    place.accessible && "wheelchair place",
    markWords[mark],
  ]
    .filter(Boolean)
    .join(", ");
}

/** "C12", as it stands on a ticket; the section is said beside it. */
export function shortName(house: House, seatId: string): string {
  const place = house.byId.get(seatId);
  const row = place && house.sections[place.section]?.rows[place.row];
  return row ? `${row.id}${place.number}` : seatId;
}

/** "Seat C12 in Stalls was just taken" */
export function takenTitle(house: House, seatIds: readonly string[]): string {
  const names = seatIds.map((id) => shortName(house, id));
  const sections = [...new Set(seatIds.map((id) => sectionOf(house, id)))];
  const where = sections.length === 1 && sections[0] ? ` in ${sections[0]}` : "";
  return names.length === 1
    ? `Seat ${names[0]}${where} was just taken`
    : `Seats ${listed(names)}${where} were just taken`;
}

/** "C11, C12 and C13" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function seatCount(count: number): string {
  return count === 1 ? "1 seat" : `${formatAmount(String(count))} seats`;
}

export function sectionOf(house: House, seatId: string): string | undefined {
  const place = house.byId.get(seatId);
  return place && house.sections[place.section]?.name;
}

/** The sum of the seats' prices, in the smallest unit. */
export function totalOf(house: House, show: Show, seatIds: readonly string[]): string {
  const prices = new Map(show.layout.categories.map(({ id, price }) => [id, BigInt(price)]));
  return String(
    seatIds.reduce((sum, id) => sum + (prices.get(house.byId.get(id)?.category ?? "") ?? 0n), 0n),
  );
}
