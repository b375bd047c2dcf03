import { describe, expect, expectTypeOf, test } from "vitest";
import { isHoldfastError } from "./client-error.ts";
import { createHoldfast, type Holdfast } from "./create-holdfast.ts";
import { procedures } from "./procedures.ts";

const holdfast = createHoldfast({ url: "http://127.0.0.1:1", token: "t", deadlineMs: 1 });
type Wallets = Holdfast["wallets"];

describe("the surface", () => {
  test("has every procedure of the table, as a function that throws and one that does not", () => {
    expect(Object.keys(holdfast.wallets)).toEqual(Object.keys(procedures.wallets));
    for (const method of Object.values(holdfast.wallets)) {
      expect(method).toBeTypeOf("function");
      expect(method.safe).toBeTypeOf("function");
    }
  });

  test("has for an intent the mutations that take a key", () => {
    const { wallets } = holdfast.intent("draft", { get: () => undefined, set() {}, delete() {} });
    const keyed = Object.entries(procedures.wallets).filter(([, kind]) => kind === "keyed");
    expect(Object.keys(wallets)).toEqual(keyed.map(([name]) => name));
  });
});

describe("its types", () => {
  test("amounts are bigint or decimal string, at any depth; keys are optional or absent", () => {
    type Boost = Parameters<Wallets["boost"]>[0];
    expectTypeOf<Boost["amount"]>().toEqualTypeOf<`${bigint}` | bigint>();
    expectTypeOf<Boost["idempotencyKey"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<{ fromWalletId: string; toWalletId: string; amount: 50n }>().toExtend<Boost>();
    expectTypeOf<{ fromWalletId: string; toWalletId: string; amount: number }>().not.toExtend<Boost>();
    expectTypeOf<Parameters<Wallets["stream"]>[0]>().not.toHaveProperty("idempotencyKey");
    type Step = Parameters<Wallets["batch"]>[0]["commands"][number];
    expectTypeOf<{ kind: "debit"; walletId: string; amount: 5n }>().toExtend<Step>();
    expectTypeOf<Parameters<Wallets["mine"]>>().toExtend<[unknown?, unknown?]>();
    expectTypeOf<Parameters<Wallets["get"]>[0]>().toEqualTypeOf<{ walletId: string }>();
  });

  test("answers are the wire's", () => {
    type Boosted = Awaited<ReturnType<Wallets["boost"]>>;
    expectTypeOf<Boosted["balance"]>().toEqualTypeOf<string>();
    expectTypeOf<Boosted["replayed"]>().toEqualTypeOf<boolean>();
    expectTypeOf<Awaited<ReturnType<Wallets["hold"]>>["expiresAt"]>().toEqualTypeOf<string>();
  });

  test("errors narrow on their code, thrown or not", () => {
    const narrow = (error: unknown) => {
      if (!isHoldfastError(error)) return;
      expectTypeOf(error.retry).toEqualTypeOf<"same-key" | "new-key" | "never">();
      if (error.code === "INSUFFICIENT_FUNDS") expectTypeOf(error.details.shortfall).toEqualTypeOf<string>();
      if (error.code === "TIMEOUT") {
        expectTypeOf(error.details.outcome).toEqualTypeOf<"unknown" | "not_started">();
      }
    };
    narrow(new Error("another"));
    const result = {} as Awaited<ReturnType<Wallets["boost"]["safe"]>>;
    if ("ok" in result && !result.ok && result.error.code === "VERSION_CONFLICT") {
      expectTypeOf(result.error.details).toEqualTypeOf<{ expected: string; actual: string }>();
    }
  });
});
