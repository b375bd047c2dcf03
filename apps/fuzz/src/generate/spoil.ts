import fc from "fast-check";

function deep(levels: number): unknown {
  return levels === 0 ? 1 : [deep(levels - 1)];
}

/** What has broken a parser, a database driver or an encoder somewhere. */
export const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "0",
    "-1",
    "1.5",
    "1e9",
    "NaN",
    "Infinity",
    "0x1F",
    "9".repeat(40),
    " 1",
    "1\n",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "‮",
    "' or 1=1 --",
    "$1",
    "%00",
    "../../etc/passwd",
    "__proto__",
    "constructor",
    "toString",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "x".repeat(10_000),
    "\u0661\u0662",
    "\uff11",
    "\u0430da",
    "1\u200b",
    "A\u030a".repeat(3_000),
    "a".repeat(50_000).concat("!"),
    "0".repeat(50_000).concat("x"),
    Array(3_000).fill(1),
    Array(300).fill({}),
    deep(20),
    deep(31),
    deep(40),
    "\u{1f469}\u200d".repeat(200),
    [],
    {},
    [[]],
    [null],
    { $ne: 1 },
    { toString: 1 },
    { length: 1e9 },
    -0,
    1e308,
    2 ** 53,
    -(2 ** 63),
    0.1,
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const nastyKey = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "kind",
  "tenantId",
  "caller",
  "",
  "a.b",
);

/** Changes one place of a JSON value: another value, one place less, or one key more. */
export const spoil = (value: unknown): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...placesOf(value)), nasty)
        .map(([at, to]) => replaced(value, at, to)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...placesOf(value)).map((at) => replaced(value, at, undefined)) },
    { weight: 2, arbitrary: fc.tuple(nastyKey, nasty).map(([key, extra]) => withKey(value, key, extra)) },
    { weight: 1, arbitrary: nasty },
  );

type Place = readonly (string | number)[];

function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, member]) => placesOf(member, [...at, key]));
  return at.length === 0 ? (below.length === 0 ? [at] : below) : [at, ...below];
}

function replaced(value: unknown, [key, ...rest]: Place, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === String(key) ? replaced(item, rest, to) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, to) };
}

function withKey(value: unknown, key: string, extra: unknown): unknown {
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  // A plain assignment of "__proto__" would set the prototype instead of making a key for JSON to carry.
  return Object.defineProperty(copy, key, {
    value: extra,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
