import fc from "fast-check";
import type { Known } from "./known.ts";
import type { Hint } from "./values.ts";

const SUBJECTS = ["ada", "bob", "hidden", "studio"] as const;
const ROWS = ["A", "B", "C", "D", "E", "F"] as const;
const SEATS_A_ROW = 12;

/** The house that every show of a run has. */
export const LAYOUT = {
  categories: [
    { id: "stalls", price: "10" },
    { id: "free", price: "0" },
  ],
  sections: [
    {
      id: "main",
      rows: ROWS.map((id) => ({
        id,
        category: id === "F" ? "free" : "stalls",
        seats: Array.from({ length: SEATS_A_ROW }, (_, at) => ({ id: `${id}-${at + 1}` })),
      })),
    },
  ],
};

const seat = fc
  .tuple(fc.constantFrom(...ROWS), fc.integer({ min: 1, max: SEATS_A_ROW }))
  .map((at) => at.join("-"));
const subject = fc.constantFrom(...SUBJECTS);
const small = fc.integer({ min: 1, max: 60 }).map(String);
const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
const part = fc.oneof(
  words.map((text) => ({ type: "text", text })),
  words.map((text) => ({ type: "reasoning", text, state: "done" })),
  fc
    .jsonValue({ maxDepth: 2 })
    .map((output) => ({ type: "tool-weather", toolCallId: "t1", state: "output-available", output })),
  fc.webUrl().map((url) => ({ type: "file", mediaType: "image/png", url })),
);

const WORTH_TRYING: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  idempotencyKey: fc.oneof(
    { weight: 12, arbitrary: fc.uuid({ version: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((at) => `key-${at}`) },
  ),
  amount: fc.oneof(
    { weight: 9, arbitrary: small },
    { weight: 1, arbitrary: fc.bigInt(1n, 10n ** 15n).map(String) },
  ),
  currency: fc.constantFrom("sat", "sat", "sat", "usd_cent"),
  ownerId: subject,
  customerId: subject,
  seatIds: fc.uniqueArray(seat, { minLength: 1, maxLength: 4 }),
  section: fc.constant("main"),
  category: fc.constantFrom("stalls", "free"),
  parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  sections: fc.constant(LAYOUT.sections),
  categories: fc.constant(LAYOUT.categories),
  sessionId: fc.integer({ min: 1, max: 9 }).map((at) => `session-${at}`),
  ifVersion: fc.integer({ min: 0, max: 30 }).map(String),
  expectedSeq: fc.integer({ min: 0, max: 30 }).map(String),
  version: fc.integer({ min: 0, max: 9 }).map(String),
  fromVersion: fc.integer({ min: 1, max: 9 }).map(String),
  url: fc.constantFrom("https://example.com/hooks", "https://hooks.example.com:8443/?a=b"),
};

const TOPICS = { wallet: "walletId", show: "showId", conversation: "conversationId" } as const;
const kinds = fc.subarray(Object.keys(TOPICS), { minLength: 1 });

/** What is worth trying in a field: what is really there, and now and then what is there and is somebody else's. */
export function hintsOf(known: Known, strangers: Known): Hint {
  const told = (field: string, whenUnknown: fc.Arbitrary<unknown>) =>
    fc.tuple(fc.nat(), fc.nat(19), whenUnknown).map(([at, chance, other]) => {
      const book = chance === 0 ? strangers : known;
      return book.pick(field, at) ?? other;
    });
  const topic = fc
    .constantFrom(...(Object.keys(TOPICS) as (keyof typeof TOPICS)[]))
    .chain((kind) => fc.record({ kind: fc.constant(kind), id: told(TOPICS[kind], fc.uuid()) }));
  const watched = topic.chain((named) =>
    fc.option(fc.nat(9).map(String)).map((since) => (since === null ? named : { ...named, since })),
  );
  const topics = fc.uniqueArray(watched, {
    minLength: 1,
    maxLength: 4,
    selector: ({ kind, id }) => `${kind}/${id}`,
  });
  return (field, { items }) => {
    // A watcher names topics, a webhook their kinds.
    if (field === "topics") return items?.type === "string" ? kinds : topics;
    if (field === "topic") return topic;
    if (Object.hasOwn(WORTH_TRYING, field)) return WORTH_TRYING[field];
    return /(Id|[tT]oken)$/.test(field) ? told(field, fc.uuid()) : undefined;
  };
}
