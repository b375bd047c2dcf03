import type { Books } from "./books.ts";
import type { Ledger, World } from "./contenders/contender.ts";
import { type Draw, evenly, zipf } from "./draws.ts";
import { newKey } from "./keys.ts";

/** Something that callers do to a ledger, and what must then stand in its tables. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly world: Omit<World, "url">;
  readonly callers: number;
  readonly contenders: readonly string[];
  /** False where round trips need not be counted again. */
  readonly metered?: boolean;
  /** What one caller does once; writes each transfer that took effect into the books, once. */
  operate(ledger: Ledger, books: Books): () => Promise<void>;
}

const BALANCE = 1_000_000_000;
const EVERYBODY = ["holdfast", "textbook", "sql-function", "pgledger"];

const world = (wallets: number, tenants = 1) => ({ wallets, tenants, balance: BALANCE });

/** Two different wallets of one tenant. */
function pairs(draw: Draw, { wallets, tenants }: Omit<World, "url">): () => readonly [number, number] {
  const perTenant = wallets / tenants;
  return () => {
    const from = draw();
    const tenant = from % tenants;
    for (;;) {
      const to = tenants === 1 ? draw() : Math.floor(Math.random() * perTenant) * tenants + tenant;
      if (to !== from) return [from, to];
    }
  };
}

function transfers(draw: Draw, of: Omit<World, "url">): Scenario["operate"] {
  return (ledger, books) => {
    const pair = pairs(draw, of);
    return async () => {
      const [from, to] = pair();
      await ledger.transfer(from, to, newKey());
      books.moved(from, to);
    };
  };
}

const pair = world(2);
const tenThousand = world(10_000);
const hundredThousand = world(100_000);
const manyTenants = world(2_000, 200);

export const scenarios: readonly Scenario[] = [
  {
    name: "hot",
    description: "64 callers, transfers both ways between one pair of wallets",
    world: pair,
    callers: 64,
    contenders: [...EVERYBODY, "holdfast-locked", "holdfast-redis", "bulk"],
    operate: transfers(evenly(2), pair),
  },
  {
    name: "hot-512",
    description: "the same with 512 callers, beside the bulk bound",
    world: pair,
    callers: 512,
    contenders: ["holdfast", "holdfast-locked", "bulk"],
    operate: transfers(evenly(2), pair),
  },
  {
    name: "uniform",
    description: "64 callers, pairs drawn evenly from 10,000 wallets",
    world: tenThousand,
    callers: 64,
    contenders: [...EVERYBODY, "holdfast-locked", "bulk"],
    operate: transfers(evenly(10_000), tenThousand),
  },
  {
    name: "zipf",
    description: "64 callers, pairs drawn by Zipf's law (exponent 1) from 100,000 wallets",
    world: hundredThousand,
    callers: 64,
    contenders: ["holdfast", "textbook", "sql-function"],
    operate: transfers(zipf(100_000), hundredThousand),
  },
  {
    name: "lone",
    description: "one caller, one pair of wallets: what a call costs when nobody shares its transaction",
    world: pair,
    callers: 1,
    contenders: [...EVERYBODY, "holdfast-locked"],
    operate: transfers(evenly(2), pair),
  },
  {
    name: "holds",
    description:
      "64 callers, 10,000 wallets: hold, then capture for another wallet; two commands an operation",
    world: tenThousand,
    callers: 64,
    contenders: ["holdfast", "textbook", "sql-function"],
    operate(ledger, books) {
      const draw = pairs(evenly(10_000), tenThousand);
      return async () => {
        const [from, to] = draw();
        await ledger.holdAndCapture?.(from, to, newKey());
        books.captured(from, to);
      };
    },
  },
  {
    name: "replay",
    description: "64 callers, 10,000 wallets, nine of ten calls repeat one that was answered before",
    world: tenThousand,
    callers: 64,
    contenders: ["holdfast", "holdfast-redis", "textbook", "sql-function"],
    operate(ledger, books) {
      const draw = pairs(evenly(10_000), tenThousand);
      const answered: { from: number; to: number; key: string }[] = [];
      return async () => {
        const before = answered[Math.floor(Math.random() * answered.length)];
        if (before !== undefined && Math.random() < 0.9) {
          await ledger.transfer(before.from, before.to, before.key);
          return;
        }
        const [from, to] = draw();
        const key = newKey();
        await ledger.transfer(from, to, key);
        books.moved(from, to);
        if (answered.length < 100_000) answered.push({ from, to, key });
      };
    },
  },
  {
    name: "mixed-tenants",
    description: "64 callers, 200 tenants of 10 wallets each",
    world: manyTenants,
    callers: 64,
    contenders: ["holdfast", "textbook", "sql-function"],
    operate: transfers(evenly(2_000), manyTenants),
  },
];
