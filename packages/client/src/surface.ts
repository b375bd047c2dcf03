import type { AppRouter } from "@holdfast/api";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { CallOptions, KeyedCallOptions, Result } from "./call-options.ts";
import type { ProcedureKind, Procedures } from "./procedures.ts";
import type { Amounts } from "./to-wire.ts";

/** One procedure as a function: throws a `HoldfastClientError`; `safe` answers `{ ok }` instead and never rejects. */
export interface Method<Args extends readonly unknown[], Answer> {
  (...args: Args): Promise<Answer>;
  readonly safe: (...args: Args) => Promise<Result<Answer>>;
}

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;
type Flat<T> = { [Key in keyof T]: T[Key] };
type WithoutKey<Input> = Flat<Omit<Amounts<Input>, "idempotencyKey">>;
type WithOptionalKey<Input> = Flat<WithoutKey<Input> & { idempotencyKey?: string | undefined }>;

type PlainArgs<Input> = undefined extends Input
  ? [input?: Amounts<Input>, options?: CallOptions]
  : [input: Amounts<Input>, options?: CallOptions];

type Args<Kind extends ProcedureKind, Input> = Kind extends "keyed"
  ? [input: WithOptionalKey<Input>, options?: KeyedCallOptions]
  : PlainArgs<Input>;

type Routers = keyof Procedures & keyof Inputs & keyof Outputs;

/** Every procedure of the server: `holdfast.wallets.boost(input, options)`, `holdfast.wallets.boost.safe(…)`. */
export type Surface = {
  readonly [R in Routers]: {
    readonly [P in keyof Procedures[R] & keyof Inputs[R] & keyof Outputs[R]]: Method<
      Args<Procedures[R][P] & ProcedureKind, Inputs[R][P]>,
      Outputs[R][P]
    >;
  };
};

type Keyed<R extends Routers> = {
  [P in keyof Procedures[R]]: Procedures[R][P] extends "keyed" ? P : never;
}[keyof Procedures[R]];

/** The mutations of the server, sent with the key that an intent keeps. */
export type IntentSurface = {
  readonly [R in Routers]: {
    readonly [P in Keyed<R> & keyof Inputs[R] & keyof Outputs[R]]: Method<
      [input: WithoutKey<Inputs[R][P]>, options?: CallOptions],
      Outputs[R][P]
    >;
  };
};
