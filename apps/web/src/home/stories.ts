import type { Lane } from "./lanes.tsx";

export interface Story {
  readonly title: string;
  readonly tells: string;
  readonly lanes: readonly [Lane, Lane];
}

const waits = { from: 12, locked: 58, until: 84 };
const first = { from: 8, locked: 12, until: 54 };

/** What there is to try: for each, two calls that would break code which reads, decides and then writes. */
export const stories = {
  boost: {
    title: "Send a first boost",
    tells:
      "The balance changes when the server has confirmed it. Sent again with its key, it is not paid again.",
    lanes: [
      { ...first, name: "call", mark: "confirmed", word: "paid" },
      { ...waits, name: "its retry", mark: "confirmed", word: "same answer" },
    ],
  },
  seats: {
    title: "Race for a seat",
    tells:
      "Open a second tab as somebody else and choose the same seats. One gets them; the other is told at once.",
    lanes: [
      { ...first, name: "ada", mark: "confirmed", word: "holds A12" },
      { ...waits, name: "bob", mark: "refused", word: "A12 is taken" },
    ],
  },
  chat: {
    title: "Write from two tabs",
    tells: "Messages that are sent at the same moment all stay, in one order that every tab shows.",
    lanes: [
      { ...first, name: "one tab", mark: "confirmed", word: "message 41" },
      { ...waits, name: "the other", mark: "confirmed", word: "message 42" },
    ],
  },
  race: {
    title: "Break the careless code",
    tells: "The race lab runs five bug reports on this database, with the code that lost and with Holdfast.",
    lanes: [
      { from: 8, locked: 12, until: 66, name: "reads 75", mark: "confirmed", word: "pays 50" },
      { from: 18, locked: 22, until: 84, name: "reads 75", mark: "attention", word: "pays 50 too" },
    ],
  },
} as const satisfies Record<string, Story>;
