import { createHash } from "node:crypto";
import type { Db, Principal, ShowInput } from "@holdfast/db";

/** Seats of a row between the aisles; every section has 50 seats a row. */
const BLOCKS = [13, 24, 13] as const;
const SECTIONS = [
  { id: "stalls", name: "Stalls", rows: 40, front: 8, category: "premium", rest: "standard" },
  { id: "circle", name: "Circle", rows: 30, front: 3, category: "standard", rest: "value" },
  { id: "balcony", name: "Balcony", rows: 30, front: 0, category: "value", rest: "value" },
] as const;
const SEATS_A_ROW = BLOCKS.reduce((sum, seats) => sum + seats, 0);

/** A to Z, then AA, AB, … */
function letters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last;
}

/** A seat's id names its section, row and number: stalls C12 is "S-C12". */
function rowOf(section: (typeof SECTIONS)[number], at: number) {
  const id = letters(at);
  const prefix = section.id.slice(0, 1).toUpperCase();
  let number = 0;
  const seats = BLOCKS.flatMap((size, block) => {
    const taken = Array.from({ length: size }, () => {
      number += 1;
      // The last stalls row is level with the doors: the two outer seats on each side are for wheelchairs.
      const accessible = section.id === "stalls" && at === 39 && (number <= 2 || number > SEATS_A_ROW - 2);
      // The mixing desk stands in the middle of the stalls.
      const blocked = section.id === "stalls" && (at === 24 || at === 25) && number >= 22 && number <= 29;
      return {
        id: `${prefix}-${id}${number}`,
        ...(accessible && { accessible }),
        ...(blocked && { blocked }),
      };
    });
    return block === 0 ? taken : [null, ...taken];
  });
  return { id, category: at < section.front ? section.category : section.rest, seats };
}

type NewShow = Omit<ShowInput<"shows.create">, "idempotencyKey" | "walletId">;

/** A house of 5,000 seats. */
const demoShow: NewShow = {
  name: "The Tempest",
  startsAt: "2027-06-12T19:30:00Z",
  holdSeconds: 300,
  maxHoldSeconds: 900,
  categories: [
    { id: "premium", name: "Premium", price: "9000" },
    { id: "standard", name: "Standard", price: "5500" },
    { id: "value", name: "Value", price: "2500" },
  ],
  sections: SECTIONS.map((section) => ({
    id: section.id,
    name: section.name,
    rows: Array.from({ length: section.rows }, (_, at) => rowOf(section, at)),
  })),
};

/** Creates the demo's show once; a house that was changed since is another show. */
export async function seedShow(db: Db, organiser: Principal, walletId: string): Promise<string> {
  const show = { ...demoShow, walletId };
  const house = createHash("sha256").update(JSON.stringify(show)).digest("hex").slice(0, 16);
  const { showId } = await db.execute(organiser, {
    kind: "shows.create",
    idempotencyKey: `demo:show:${house}`,
    ...show,
  });
  return showId;
}
