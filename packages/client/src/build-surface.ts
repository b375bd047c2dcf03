import { v7 as newKey } from "uuid";
import { type Call, type Caller, runCall } from "./call.ts";
import type { KeyedCallOptions, Result } from "./call-options.ts";
import { unprepared } from "./failures.ts";
import { type ClaimedKey, claimKey, type Intent, settleKey } from "./intents.ts";
import { type ProcedureKind, procedures } from "./procedures.ts";
import type { IntentSurface, Surface } from "./surface.ts";

type Run = (
  path: string,
  kind: ProcedureKind,
  input: unknown,
  options: KeyedCallOptions,
) => Promise<Result<unknown>>;

/** Every procedure, each call with a key of its own. */
export function buildSurface(caller: Caller): Surface {
  return methods((path, kind, input, options) => {
    const idempotencyKey =
      kind === "keyed" ? (options.idempotencyKey ?? keyIn(input) ?? newKey()) : undefined;
    return runCall(caller, { path, type: typeOf(kind), input, idempotencyKey, options });
  }) as Surface;
}

/** The mutations that take a key, each call with the key that the intent keeps. */
export function buildIntentSurface(caller: Caller, intent: Intent): IntentSurface {
  return methods(
    async (path, kind, input, options) => {
      let claimed: ClaimedKey;
      try {
        claimed = claimKey(intent);
      } catch (cause) {
        return {
          ok: false,
          error: unprepared({ path, idempotencyKey: undefined, unresolved: false }, cause),
        };
      }
      const call = { path, type: typeOf(kind), input, idempotencyKey: claimed.key, options };
      const result = await runCall(caller, call);
      settleKey(intent, claimed, result);
      return result;
    },
    (kind) => kind === "keyed",
  ) as IntentSurface;
}

function typeOf(kind: ProcedureKind): Call["type"] {
  return kind === "query" ? "query" : "mutation";
}

function keyIn(input: unknown): string | undefined {
  return (input as { idempotencyKey?: string } | undefined)?.idempotencyKey;
}

/** The table of procedures with a function in the place of each kind. */
function methods(run: Run, wanted: (kind: ProcedureKind) => boolean = () => true): unknown {
  return mapValues(procedures, (router, routerName) => {
    const entries = Object.entries<ProcedureKind>(router).filter(([, kind]) => wanted(kind));
    return mapValues(Object.fromEntries(entries), (kind, name) => method(run, `${routerName}.${name}`, kind));
  });
}

function method(run: Run, path: string, kind: ProcedureKind) {
  const safe = (input?: unknown, options: KeyedCallOptions = {}) => run(path, kind, input, options);
  const throwing = async (input?: unknown, options: KeyedCallOptions = {}) => {
    const result = await safe(input, options);
    if (!result.ok) throw result.error;
    return result.data;
  };
  return Object.assign(throwing, { safe });
}

function mapValues<From, To>(from: Readonly<Record<string, From>>, to: (value: From, key: string) => To) {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(value, key)]));
}
