import fc from "fast-check";
import { mutations } from "./mutate.ts";
import type { Procedure } from "./procedures.ts";
import { batchOf, type CallerName, callOf, type FuzzRequest, type RequestParts, render } from "./request.ts";
import { nasty, spoil } from "./spoil.ts";
import { twists } from "./twists.ts";
import { type Hint, valuesOf } from "./values.ts";

export interface RequestSource {
  readonly procedures: readonly Procedure[];
  /** Other routes, such as those of an OpenAPI document. */
  readonly routes: readonly fc.Arbitrary<RequestParts>[];
  readonly hint: Hint;
  /** The Authorization header of a caller; `at` chooses among the impostor's. */
  authorizationOf(caller: CallerName, at: number): string | undefined;
  /** Requests that were well-formed and accepted, as bytes. */
  readonly recordings: readonly Buffer[];
}

interface Planned {
  readonly kind: string;
  readonly paths: readonly string[];
  readonly parts: RequestParts;
  readonly stream?: boolean;
}

const CALLERS: fc.Arbitrary<CallerName> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<CallerName>("ada") },
  { weight: 6, arbitrary: fc.constant<CallerName>("studio") },
  // A third of all procedures is for admins.
  { weight: 6, arbitrary: fc.constant<CallerName>("root") },
  { weight: 2, arbitrary: fc.constant<CallerName>("bob") },
  { weight: 2, arbitrary: fc.constantFrom<CallerName>("key", "nobody", "impostor") },
);

/** Everything that a run sends: most of it nearly right, because what is quite wrong ends at the door. */
export function requestsOf(source: RequestSource): fc.Arbitrary<FuzzRequest> {
  const inputs = new Map(
    source.procedures.map(({ path, input }) => [
      path,
      input === undefined ? fc.jsonValue({ maxDepth: 3 }) : valuesOf(input, source.hint),
    ]),
  );
  const inputOf = (path: string) => inputs.get(path) ?? fc.jsonValue();
  const ofType = (type: Procedure["type"]) => source.procedures.filter((one) => one.type === type);
  const calls = source.procedures.filter(({ type }) => type !== "subscription");
  const streams = ofType("subscription");

  const call = (kind: string, change: (input: unknown) => fc.Arbitrary<unknown>, from = calls) =>
    fc.oneof(
      ...from.map(({ path, type }) =>
        inputOf(path)
          .chain(change)
          .map(
            (input): Planned => ({
              kind,
              paths: [path],
              parts: callOf(path, type, input),
              stream: type === "subscription",
            }),
          ),
      ),
    );
  const valid = call("valid", fc.constant);
  const spoilt = call("spoilt", spoil);
  const junk = call("junk", () => nasty);
  const batch = fc.constantFrom("mutation" as const, "query" as const).chain((type) =>
    fc.array(fc.constantFrom(...ofType(type)), { minLength: 1, maxLength: 5 }).chain((chosen) => {
      const paths = chosen.map(({ path }) => path);
      const each = paths.map((path) =>
        fc.oneof(
          { weight: 3, arbitrary: inputOf(path) },
          { weight: 1, arbitrary: inputOf(path).chain(spoil) },
        ),
      );
      return fc
        .tuple(...each)
        .map((sent): Planned => ({ kind: "batch", paths, parts: batchOf(paths, type, sent) }));
    }),
  );
  const stream = fc.oneof(
    { weight: 2, arbitrary: call("stream", fc.constant, streams) },
    { weight: 1, arbitrary: call("stream", spoil, streams) },
  );
  const route = fc.oneof(...source.routes).map((parts): Planned => ({ kind: "route", paths: [], parts }));
  const twisted = fc
    .tuple(
      fc.oneof(
        { weight: 6, arbitrary: valid },
        { weight: 1, arbitrary: batch },
        { weight: 1, arbitrary: stream },
      ),
      twists,
    )
    .map(([planned, twist]): Planned => ({ ...planned, kind: "twisted", parts: twist(planned.parts) }));

  const planned = fc.oneof(
    { weight: 28, arbitrary: valid },
    { weight: 24, arbitrary: spoilt },
    { weight: 4, arbitrary: junk },
    { weight: 8, arbitrary: batch },
    { weight: 3, arbitrary: stream },
    { weight: 5, arbitrary: route },
    { weight: 12, arbitrary: twisted },
  );
  const structured = fc.tuple(planned, CALLERS, fc.nat()).map(([one, caller, at]) => {
    const authorization = source.authorizationOf(caller, at);
    const { kind, paths, parts, stream: isStream = false } = one;
    const headers = authorization === undefined ? [] : [["authorization", authorization] as const];
    return {
      ...{ kind, paths, caller },
      bytes: render({ ...parts, headers: [...headers, ...parts.headers] }),
      whole: true,
      stream: isStream,
      bodiless: parts.method === "HEAD",
    };
  });
  const mutated = fc.tuple(fc.nat(), mutations).map(([at, mutate]): FuzzRequest => {
    const recording = source.recordings[at % source.recordings.length] ?? Buffer.alloc(0);
    const bytes = mutate(recording);
    return { kind: "bytes", paths: [], caller: "ada", bytes, whole: false, stream: false, bodiless: false };
  });
  return fc.oneof({ weight: 3, arbitrary: structured }, { weight: 2, arbitrary: mutated });
}
