import type { AppRouter } from "@holdfast/api";
import type { inferRouterInputs } from "@trpc/server";

type Records = AppRouter["_def"]["record"];
type Inputs = inferRouterInputs<AppRouter>;

/** The routers that this client speaks to. */
type RouterName = "wallets" | "shows" | "seats" | "conversations" | "webhooks" | "operations" | "keys";

/**
 * What the client must know of a procedure at run time. "keyed": a mutation that takes an idempotency key;
 * "derived": a mutation whose key the server derives from its input; "query": a read.
 */
export type ProcedureKind = "keyed" | "derived" | "query";

type KindOf<Procedure, Input> = Procedure extends { _def: { type: "query" } }
  ? "query"
  : Input extends { idempotencyKey: string }
    ? "keyed"
    : "derived";

type Table = {
  readonly [R in RouterName]: {
    readonly [P in keyof Records[R]]: KindOf<Records[R][P], Inputs[R][P & keyof Inputs[R]]>;
  };
};

/** The whole surface: a procedure that is missing, extra or of another kind than the server's does not compile. */
export const procedures = {
  wallets: {
    open: "keyed",
    credit: "keyed",
    debit: "keyed",
    transfer: "keyed",
    boost: "keyed",
    stream: "derived",
    hold: "keyed",
    capture: "keyed",
    release: "keyed",
    batch: "keyed",
    mine: "query",
    get: "query",
    history: "query",
    balanceAt: "query",
  },
  shows: { create: "keyed", list: "query", get: "query" },
  conversations: {
    create: "keyed",
    append: "keyed",
    importJson: "keyed",
    send: "keyed",
    stop: "keyed",
    list: "query",
    get: "query",
    messages: "query",
    exportJson: "query",
  },
  webhooks: {
    create: "keyed",
    update: "keyed",
    enable: "keyed",
    disable: "keyed",
    rotateSecret: "keyed",
    remove: "keyed",
    replay: "keyed",
    list: "query",
    secret: "query",
    deliveries: "query",
  },
  operations: { explain: "query", verify: "query" },
  keys: { create: "keyed", revoke: "keyed", list: "query" },
  seats: { reserve: "keyed", extend: "keyed", release: "keyed", confirm: "keyed", check: "query" },
} as const satisfies Table;

export type Procedures = typeof procedures;
