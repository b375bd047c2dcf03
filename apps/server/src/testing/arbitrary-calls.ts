import fc from "fast-check";

/** One call of a procedure as it would be sent: the generators make valid ones, `spoil` makes the others. */
export interface AnyCall {
  readonly procedure: string;
  readonly method: "GET" | "POST";
  readonly input: unknown;
}

const text = (max: number) => fc.string({ unit: "grapheme", minLength: 1, maxLength: max });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

/** Valid inputs by procedure, on these wallets; amounts that can be paid and some that can't. */
export function validCalls(walletIds: readonly string[], holdIds: readonly string[]): fc.Arbitrary<AnyCall> {
  const walletId = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...walletIds) }, fc.uuid({ version: 7 }));
  const holdId = fc.oneof(fc.constantFrom(...holdIds), fc.uuid({ version: 7 }));
  const amount = fc.oneof(fc.bigInt(1n, 50n), fc.bigInt(1n, 10n ** 15n)).map(String);
  const key = { idempotencyKey: fc.uuid({ version: 4 }) };
  const note = { memo: optional(text(50)), ifVersion: optional(fc.nat(5).map(String)) };
  const between = { fromWalletId: walletId, toWalletId: walletId, amount };
  const calendar = { min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z") };
  const instant = fc.date({ ...calendar, noInvalidDate: true }).map((date) => date.toISOString());
  const expiresInSeconds = fc.integer({ min: 3600, max: 86_400 });

  const steps: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
    open: { currency: fc.constantFrom("sat", "usd_cent"), minBalance: optional(fc.constant("-5")) },
    credit: { walletId, amount, source: optional(text(20)), ...note },
    debit: { walletId, amount, ...note },
    transfer: { ...between, ...note },
    boost: { ...between, message: optional(text(50)), episodeTitle: optional(text(20)) },
    hold: { walletId, amount, expiresInSeconds, ...note },
    capture: {
      holdId,
      amount: optional(amount),
      toWalletId: optional(walletId),
      final: optional(fc.boolean()),
    },
    release: { holdId },
  };
  const step = fc.oneof(
    ...Object.entries(steps).map(([kind, fields]) => fc.record({ kind: fc.constant(kind), ...fields })),
  );
  const mutations = Object.entries(steps).map(([name, fields]) => call("POST", name, { ...key, ...fields }));
  return fc.oneof(
    ...mutations,
    call("POST", "stream", { ...between, sessionId: text(20), minute: fc.nat(1000) }),
    call("POST", "batch", {
      ...key,
      atomic: fc.boolean(),
      commands: fc.array(step, { minLength: 1, maxLength: 5 }),
    }),
    call("GET", "mine", { ownerId: optional(text(20)) }),
    call("GET", "get", { walletId }),
    call("GET", "history", {
      walletId,
      before: optional(fc.nat(9).map(String)),
      limit: optional(fc.integer({ min: 1, max: 200 })),
    }),
    call("GET", "balanceAt", { walletId, version: fc.nat(3).map(String) }),
    call("GET", "balanceAt", { walletId, at: instant }),
  );
}

function call(
  method: "GET" | "POST",
  name: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<AnyCall> {
  return fc.record(fields).map((input) => ({ procedure: `wallets.${name}`, method, input }));
}

/** What has broken a parser, a database driver or an encoder somewhere. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
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
