import { type Refusal, type Step, textIn } from "../steps.ts";
import { areAdjacent, type House, hasRun, inOrder, type Place } from "./house.ts";

/** The seats that a reserve comes to, or why there are none. */
export type Choice =
  | {
      readonly places: readonly Place[];
      /** Those that were asked for and are taken. */
      readonly insteadOf?: readonly string[] | undefined;
      readonly objection?: string | undefined;
    }
  | { readonly refusal: Refusal };

/**
 * Which seats a reserve must come to. Where the product is free to choose, its choice is taken from the answer and must be
 * one that the documents allow: seats that are free, of the kind asked for, not kept for people who need them, and
 * together where so many are together.
 */
export function chooseSeats(
  step: Step,
  house: House,
  isFree: (place: Place) => boolean,
  answer: Readonly<Record<string, unknown>>,
): Choice {
  return "bestAvailable" in step && step["bestAvailable"] !== undefined
    ? best(step["bestAvailable"] as Step, house, isFree, answer)
    : named(step, house, isFree, answer);
}

const refuse = (code: string, details: object): Choice => ({ refusal: { ok: false, code, details } });

function named(
  step: Step,
  house: House,
  isFree: (place: Place) => boolean,
  answer: Readonly<Record<string, unknown>>,
): Choice {
  const ids = Array.isArray(step["seatIds"]) ? (step["seatIds"] as string[]) : [];
  const asked = inOrder(ids.flatMap((id) => house.places.get(id) ?? []));
  if (asked.length < ids.length) return refuse("BAD_REQUEST", {});
  const conflicts = asked.filter((place) => !isFree(place)).map(({ id }) => id);
  if (conflicts.length === 0) return { places: asked };
  // Whoever needs a seat of their own is not helped by another one nearby.
  const mayMove = step["ifTaken"] === "nearest" && asked.every(({ accessible }) => !accessible);
  if (!mayMove) return refuse("SEATS_TAKEN", { conflicts });
  const categories = new Set(asked.map(({ category }) => category));
  const willDo = openIn(house, isFree, ({ category }) => categories.has(category));
  if (willDo.size < asked.length) return refuse("SEATS_TAKEN", { conflicts });
  return { ...chosen(answer, house, willDo, asked.length), insteadOf: conflicts };
}

function best(
  wanted: Step,
  house: House,
  isFree: (place: Place) => boolean,
  answer: Readonly<Record<string, unknown>>,
): Choice {
  const [section, category] = [textIn(wanted, "section"), textIn(wanted, "category")];
  if (section !== undefined && !house.sections.has(section)) return refuse("BAD_REQUEST", {});
  if (category !== undefined && !house.categories.has(category)) return refuse("BAD_REQUEST", {});
  const requested = Number(wanted["quantity"]);
  const willDo = openIn(house, isFree, (place) => {
    return [undefined, place.section].includes(section) && [undefined, place.category].includes(category);
  });
  if (willDo.size < requested) return refuse("NOT_ENOUGH_SEATS", { available: willDo.size, requested });
  return chosen(answer, house, willDo, requested);
}

function openIn(
  { places }: House,
  isFree: (place: Place) => boolean,
  fits: (place: Place) => boolean,
): ReadonlySet<Place> {
  return new Set([...places.values()].filter((place) => !place.accessible && fits(place) && isFree(place)));
}

function chosen(
  { seats }: Readonly<Record<string, unknown>>,
  house: House,
  willDo: ReadonlySet<Place>,
  size: number,
): { places: readonly Place[]; objection?: string | undefined } {
  const ids = Array.isArray(seats) ? (seats as string[]) : [];
  const places = ids.flatMap((id) => house.places.get(id) ?? []);
  const wrong = places.find((place) => !willDo.has(place));
  const objection =
    new Set(places).size !== size || ids.length !== size
      ? `${ids.length} seats instead of ${size}`
      : wrong !== undefined
        ? `${wrong.id} is not free, or not of the kind`
        : !areAdjacent(places) && hasRun(house, willDo, size)
          ? `${size} together were free`
          : undefined;
  return { places, objection };
}
