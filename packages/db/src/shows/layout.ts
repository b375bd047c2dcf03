import { z } from "zod";
import * as field from "../fields.ts";

/** The most seats of one show. */
const MAX_SEATS = 20_000;
const MAX_ROWS = 500;
const MAX_PRICE = 1_000_000_000_000n;

/** A label that people read on a ticket; control characters part lists of them in SQL. */
const label = (max: number) =>
  field.text(max).refine((value) => !/\p{Cc}/u.test(value), "must not contain control characters");
export const seatId = label(32).meta({ example: "A1" });
export const sectionId = label(64).meta({ example: "stalls" });
export const categoryId = label(32).meta({ example: "standard" });

const price = z
  .custom<`${bigint}` | bigint>(
    (value) => typeof value === "bigint" || (typeof value === "string" && /^(0|[1-9]\d{0,12})$/.test(value)),
    'must be a whole number as a decimal string, for example "2500"',
  )
  .transform((value) => BigInt(value))
  .refine((value) => value >= 0n && value <= MAX_PRICE, `must be between 0 and ${MAX_PRICE}`)
  .meta({
    type: "string",
    pattern: "^(0|[1-9][0-9]{0,12})$",
    description: "A decimal string, in the smallest unit of the organiser's currency.",
    example: "2500",
  });

const category = z.strictObject({ id: categoryId, name: field.text(100).optional(), price });

const seat = z.strictObject({
  id: seatId,
  category: categoryId.describe("The row's when left out.").optional(),
  accessible: z.boolean().describe("For people who need it: never taken automatically.").optional(),
  blocked: z.boolean().describe("Not for sale.").optional(),
});

const row = z.strictObject({
  id: label(32).meta({ example: "A" }),
  category: categoryId.describe("The section's when left out.").optional(),
  seats: z
    .array(seat.nullable())
    .min(1)
    .max(1_000)
    .describe(
      "From left to right; null is an aisle or a gap: who sits on its two sides does not sit together.",
    ),
});

const section = z.strictObject({
  id: sectionId,
  name: field.text(100).optional(),
  category: categoryId.describe("The first category of the layout when left out.").optional(),
  rows: z
    .array(row)
    .min(1)
    .max(MAX_ROWS)
    .describe('The best first: that is the order in which "best available" goes through them.'),
});

const layoutFields = {
  categories: z.array(category).min(1).max(50).describe("What seats cost."),
  sections: z.array(section).min(1).max(100).describe("The best first."),
};

/** What a show's creator sends of the house. */
export const layoutInput = layoutFields;
type Sent = { [K in keyof typeof layoutFields]: z.output<(typeof layoutFields)[K]> };

/** A house as it is stored and told: every seat with its category. It never changes. */
export interface Layout {
  readonly categories: readonly { readonly id: string; readonly name?: string; readonly price: string }[];
  readonly sections: readonly LayoutSection[];
}
export interface LayoutSection {
  readonly id: string;
  readonly name?: string;
  readonly rows: readonly LayoutRow[];
}
export interface LayoutRow {
  readonly id: string;
  readonly seats: readonly (LayoutSeat | null)[];
}
export interface LayoutSeat {
  readonly id: string;
  readonly category: string;
  readonly accessible?: true;
  readonly blocked?: true;
}

type Issue = { path: string; message: string };

/** The layout that was sent with every default filled in, or what is wrong with it. */
export function resolveLayout({ categories, sections }: Sent): { layout: Layout } | { issues: Issue[] } {
  const issues: Issue[] = [];
  const known = new Set<string>();
  for (const [at, { id }] of categories.entries()) {
    if (known.has(id)) issues.push({ path: `categories.${at}.id`, message: "occurs twice" });
    known.add(id);
  }
  const [first] = categories;
  const seatIds = new Set<string>();
  const sectionIds = new Set<string>();
  const resolved = sections.map((one, s) => {
    if (sectionIds.has(one.id)) issues.push({ path: `sections.${s}.id`, message: "occurs twice" });
    sectionIds.add(one.id);
    const rows = one.rows.map((row, r) => {
      const seats = row.seats.map((seat, x) => {
        if (seat === null) return null;
        const path = `sections.${s}.rows.${r}.seats.${x}`;
        if (seatIds.has(seat.id))
          issues.push({ path: `${path}.id`, message: "is another seat of this show" });
        seatIds.add(seat.id);
        const category = seat.category ?? row.category ?? one.category ?? first?.id ?? "";
        if (!known.has(category))
          issues.push({ path: `${path}.category`, message: "is not one of the categories" });
        return {
          id: seat.id,
          category,
          ...(seat.accessible ? { accessible: true as const } : {}),
          ...(seat.blocked ? { blocked: true as const } : {}),
        };
      });
      return { id: row.id, seats };
    });
    return { id: one.id, ...(one.name === undefined ? {} : { name: one.name }), rows };
  });
  if (seatIds.size === 0) issues.push({ path: "sections", message: "must have a seat" });
  if (seatIds.size > MAX_SEATS)
    issues.push({ path: "sections", message: `must have ${MAX_SEATS} seats at most` });
  if (issues.length > 0) return { issues };
  const prices = categories.map(({ id, name, price }) => ({
    id,
    ...(name === undefined ? {} : { name }),
    price: `${price}`,
  }));
  return { layout: { categories: prices, sections: resolved } };
}
