import type { Show } from "@holdfast/react";

type Row = Show["layout"]["sections"][number]["rows"][number];

/** "ab_cd" is a row of four seats with an aisle in the middle; capital letters are places for a wheelchair. */
function row(section: string, id: string, plan: string): Row {
  let number = 0;
  const seats = [...plan].map((letter) => {
    if (letter === "_") return null;
    number += 1;
    const accessible = letter !== letter.toLowerCase();
    return {
      id: `${section}-${id}${number}`,
      category: "best",
      ...(accessible && { accessible: true as const }),
    };
  });
  return { id, seats };
}

/** Two sections of a small house, for tests. */
export const smallLayout: Show["layout"] = {
  categories: [{ id: "best", name: "Best", price: "5500" }],
  sections: [
    {
      id: "stalls",
      name: "Stalls",
      rows: [row("S", "A", "aaa_aaa"), row("S", "B", "a_____a"), row("S", "C", "aaaAA")],
    },
    { id: "circle", name: "Circle", rows: [row("C", "A", "_____"), row("C", "B", "aaaaa")] },
  ],
};
