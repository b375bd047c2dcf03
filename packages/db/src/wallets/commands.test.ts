import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorDetails, HoldfastError } from "../errors.ts";
import { holdfastFeatures } from "../features.ts";
import { MAX_AMOUNT } from "../fields.ts";
import { createRegistry } from "../write-path/registry.ts";
import { MAX_BATCH, type WalletKind, walletInputs } from "./commands.ts";

const { parse } = createRegistry(holdfastFeatures);
const ID = "0197a000-0000-7000-8000-000000000001";
const OTHER = "0197a000-0000-7000-8000-000000000002";

/** One good input a kind, with every field that may be left out. */
const GOOD: { readonly [K in WalletKind]: Record<string, unknown> } = {
  "wallets.open": { idempotencyKey: "k", currency: "sat", minBalance: "-5", ownerId: "ada" },
  "wallets.credit": {
    idempotencyKey: "k",
    walletId: ID,
    amount: "50",
    source: "card",
    memo: "m",
    ifVersion: "3",
  },
  "wallets.debit": { idempotencyKey: "k", walletId: ID, amount: "50", memo: "m", ifVersion: "3" },
  "wallets.transfer": {
    ...{ idempotencyKey: "k", fromWalletId: ID, toWalletId: OTHER, amount: "50", memo: "m", ifVersion: "3" },
  },
  "wallets.boost": {
    ...{
      idempotencyKey: "k",
      fromWalletId: ID,
      toWalletId: OTHER,
      amount: "50",
      message: "m",
      episodeTitle: "e",
    },
  },
  "wallets.stream": {
    ...{ fromWalletId: ID, toWalletId: OTHER, amount: "50", sessionId: "s", minute: 0, episodeTitle: "e" },
  },
  "wallets.hold": {
    ...{ idempotencyKey: "k", walletId: ID, amount: "50", expiresInSeconds: 60, memo: "m", ifVersion: "3" },
  },
  "wallets.capture": { idempotencyKey: "k", holdId: ID, amount: "50", toWalletId: OTHER, final: false },
  "wallets.release": { idempotencyKey: "k", holdId: ID },
  "wallets.batch": { idempotencyKey: "k", atomic: true, commands: [{ kind: "release", holdId: ID }] },
};
const KINDS = Object.keys(GOOD) as WalletKind[];

/** The issue paths of a refusal: the only thing that parsing may throw is this. */
function issuesOf(kind: string, input: unknown): string[] {
  try {
    parse(kind, input);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    if (error.code === "IDEMPOTENCY_KEY_REQUIRED") return ["IDEMPOTENCY_KEY_REQUIRED"];
    expect(error.code).toBe("BAD_REQUEST");
    const { issues } = error.details as ErrorDetails["BAD_REQUEST"];
    for (const { message } of issues) expect(message).not.toBe("");
    return issues.map(({ path }) => path);
  }
  return [];
}

const BAD_AMOUNTS: unknown[] = [
  ...["0", "-1", "1.5", "1e3", "0x10", "007", "+5", " 5", "5 ", "5\n", "", "-0", "1_000", "five", "٣", "NaN"],
  ...[`${MAX_AMOUNT + 1n}`, MAX_AMOUNT + 1n, "9".repeat(19), "9".repeat(400), 0n, -1n],
  ...[
    50,
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    null,
    [],
    ["50"],
    {},
    { valueOf: () => 5n },
  ],
];
const BAD_IDS: unknown[] = [
  ...[
    "",
    "1",
    ID.slice(1),
    `${ID}0`,
    `{${ID}}`,
    `urn:uuid:${ID}`,
    ID.replaceAll("-", ""),
    ` ${ID}`,
    `${ID}\0`,
  ],
  ...["0197a000-0000-7000-c000-000000000001", ID.replace("0", "g"), 5, null, [ID], { id: ID }, true],
];
const BAD_TEXTS: unknown[] = ["", "a\0b", "\ud800", "a\udc00b", "\udc00\ud800", 5, null, ["text"], {}, true];
const BAD_VERSIONS: unknown[] = ["-1", "1.0", "01", "9".repeat(19), 3, null, [], ""];
const BAD_SECONDS: unknown[] = [
  0,
  -1,
  1.5,
  30 * 86_400 + 1,
  "60",
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  1n,
];

/** Each field that any command takes, and what it refuses. */
const BAD: Readonly<Record<string, readonly unknown[]>> = {
  walletId: BAD_IDS,
  fromWalletId: BAD_IDS,
  toWalletId: BAD_IDS,
  holdId: BAD_IDS,
  amount: BAD_AMOUNTS,
  ifVersion: BAD_VERSIONS,
  expiresInSeconds: BAD_SECONDS,
  idempotencyKey: ["", "k".repeat(256), "a\0b", "\ud800", "holdfast:", "holdfast:expire:x"],
  memo: [...BAD_TEXTS, "m".repeat(501)],
  message: [...BAD_TEXTS, "m".repeat(501)],
  source: [...BAD_TEXTS, "m".repeat(256)],
  episodeTitle: [...BAD_TEXTS, "m".repeat(201)],
  ownerId: [...BAD_TEXTS, "o".repeat(256)],
  sessionId: [...BAD_TEXTS, "s".repeat(101)],
  minute: [-1, 0.5, 10_000_001, "0", Number.NaN, null],
  currency: ["", "SAT", "1sat", "sat ", "s".repeat(17), "é", "_s", 5, null, ["sat"]],
  minBalance: [`${-MAX_AMOUNT - 1n}`, "-1.5", "-01", "--1", -5, null, "", "-"],
  final: ["true", 1, 0, null, "", []],
  atomic: ["true", 1, null],
  commands: [[], null, {}, "[]", [null], [{}], [[]], [{ kind: "stream" }], [{ kind: "batch", atomic: true }]],
};

describe.each(KINDS)("%s", (kind) => {
  const good = GOOD[kind];

  test("takes the good input, and gives equal text for equal inputs", () => {
    const { command, input } = parse(kind, good);
    expect(command).toMatchObject({ kind });
    const reordered = Object.fromEntries(Object.entries(good).reverse());
    expect(parse(kind, reordered).input).toBe(input);
    expect(input).not.toContain("idempotencyKey");
  });

  const cases = Object.keys(good).flatMap((field) => (BAD[field] ?? []).map((value) => ({ field, value })));
  test.each(cases)("refuses $field: $value", ({ field, value }) => {
    const paths = issuesOf(kind, { ...good, [field]: value });
    expect(paths).not.toEqual([]);
    for (const path of paths) expect(path.split(".")[0]).toBe(field);
  });

  test("has every field of it covered here", () => {
    const { shape } = walletInputs[kind] as unknown as { shape?: object };
    if (shape !== undefined) expect(Object.keys(good).sort()).toEqual(Object.keys(shape).sort());
    expect(Object.keys(good).filter((field) => BAD[field] === undefined)).toEqual([]);
  });

  test("refuses fields that it does not know, also those of every object", () => {
    for (const name of ["extra", "Amount", "constructor", "toString", "hasOwnProperty", "kind"]) {
      expect(issuesOf(kind, { ...good, [name]: "1" })).toEqual([""]);
    }
    expect(
      issuesOf(kind, JSON.parse(`{"__proto__": {"amount": "1"}, ${JSON.stringify(good).slice(1)}`)),
    ).toEqual([""]);
  });

  test("refuses what is not an object", () => {
    for (const input of [
      null,
      undefined,
      5,
      "x",
      true,
      [],
      [good],
      JSON.stringify(good),
      () => good,
      5n,
      Symbol("x"),
    ]) {
      expect(issuesOf(kind, input)).toEqual([""]);
    }
  });

  test("refuses a field that is missing, by its name", () => {
    const optional = [
      "minBalance",
      "ownerId",
      "source",
      "memo",
      "ifVersion",
      "message",
      "episodeTitle",
      "final",
    ];
    const needed = Object.keys(good).filter(
      (field) => !optional.includes(field) && field !== "idempotencyKey",
    );
    for (const field of needed) {
      if (kind === "wallets.capture" && field !== "holdId") continue;
      const { [field]: _, ...rest } = good;
      expect(issuesOf(kind, rest)).toEqual([field]);
    }
  });

  test("asks for the key when that is all that is missing", () => {
    if (kind === "wallets.stream") return;
    const { idempotencyKey: _, ...rest } = good;
    for (const keyless of [rest, { ...rest, idempotencyKey: undefined }, { ...rest, idempotencyKey: null }]) {
      expect(issuesOf(kind, keyless)).toEqual(["IDEMPOTENCY_KEY_REQUIRED"]);
    }
    expect(issuesOf(kind, {})).toContain("idempotencyKey");
  });

  test("never throws anything else, whatever it is sent", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
    });
    const fields = Object.keys(good);
    const oneFieldOff = fc
      .record({ field: fc.constantFrom(...fields, "__proto__", "constructor"), value: anything })
      .map(({ field, value }) => Object.defineProperty({ ...good }, field, { value, enumerable: true }));
    const someFields = fc.dictionary(fc.constantFrom(...fields), anything);
    fc.assert(
      fc.property(fc.oneof(anything, oneFieldOff, someFields), (input) => {
        issuesOf(kind, input);
      }),
      { numRuns: 300 },
    );
  });
});

test("ids are told in lower case, so one wallet has one name", () => {
  const { command } = parse("wallets.debit", { ...GOOD["wallets.debit"], walletId: ID.toUpperCase() });
  expect(command).toMatchObject({ walletId: ID });
});

test("amounts are whole numbers as strings, or bigints in process, up to the limit", () => {
  for (const amount of ["1", "50", `${MAX_AMOUNT}`, 1n, MAX_AMOUNT]) {
    const { command, input } = parse("wallets.debit", { ...GOOD["wallets.debit"], amount });
    expect(command).toMatchObject({ amount: BigInt(amount) });
    expect(JSON.parse(input)).toMatchObject({ amount: `${amount}` });
  }
});

test("keys and texts may hold whatever Postgres stores", () => {
  for (const text of ["k", "k".repeat(255), '"\\{},NULL', "😀 ½ é", "a\nb\tc", "__proto__", " "]) {
    expect(
      parse("wallets.release", { ...GOOD["wallets.release"], idempotencyKey: text }).command.idempotencyKey,
    ).toBe(text);
  }
});

test("the key of a tick is made of wallet, session and minute, and no caller can choose it", () => {
  const { command } = parse("wallets.stream", GOOD["wallets.stream"]);
  expect(command.idempotencyKey).toBe(`holdfast:stream:${ID}:s:0`);
  expect(issuesOf("wallets.stream", { ...GOOD["wallets.stream"], idempotencyKey: "mine" })).toEqual([""]);
  const longest = { ...GOOD["wallets.stream"], sessionId: "s".repeat(100), minute: 10_000_000 };
  expect(parse("wallets.stream", longest).command.idempotencyKey.length).toBeLessThan(256);
});

describe("a batch", () => {
  const batch = (commands: unknown) => ({ idempotencyKey: "k", atomic: false, commands });
  const release = { kind: "release", holdId: ID };

  test("takes as many commands as it may, and not one more", () => {
    expect(issuesOf("wallets.batch", batch(Array(MAX_BATCH).fill(release)))).toEqual([]);
    expect(issuesOf("wallets.batch", batch(Array(MAX_BATCH + 1).fill(release)))).toEqual(["commands"]);
  });

  test("names the command and the field that is wrong, in no more than twenty issues", () => {
    const wrong = { kind: "debit", walletId: ID, amount: "1.5" };
    expect(issuesOf("wallets.batch", batch([release, wrong]))).toEqual(["commands.1.amount"]);
    expect(issuesOf("wallets.batch", batch(Array(500).fill(wrong)))).toHaveLength(20);
  });

  test("takes no key within", () => {
    expect(issuesOf("wallets.batch", batch([{ ...release, idempotencyKey: "x" }]))).toEqual(["commands.0"]);
  });
});

test("a kind that nobody takes is not found", () => {
  for (const kind of [
    "wallets.expire",
    "wallets.steal",
    "",
    "__proto__",
    "constructor",
    "wallets",
    "toString",
  ]) {
    expect(() => parse(kind, {})).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  }
});
