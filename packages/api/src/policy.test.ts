import type { Principal, Role } from "@holdfast/db";
import { initTRPC } from "@trpc/server";
import { expect, test } from "vitest";
import { appRouter } from "./app-router.ts";
import { admit, type Policy, policiesOf } from "./policy.ts";
import { procedure, router } from "./trpc.ts";

const nobody = undefined;
const as = (role: Role): Principal => ({ tenantId: 1, subject: "ada", role });

test.each<[Exclude<Policy, "anyone">, Principal | undefined, string]>([
  ["signed-in", nobody, "UNAUTHENTICATED {}"],
  ["signed-in", as("user"), "admitted"],
  ["signed-in", as("service"), "admitted"],
  ["signed-in", as("admin"), "admitted"],
  ["services", nobody, "UNAUTHENTICATED {}"],
  ["services", as("user"), 'FORBIDDEN {"needs":"service"}'],
  ["services", as("service"), "admitted"],
  ["services", as("admin"), "admitted"],
  ["admins", nobody, "UNAUTHENTICATED {}"],
  ["admins", as("user"), 'FORBIDDEN {"needs":"admin"}'],
  ["admins", as("service"), 'FORBIDDEN {"needs":"admin"}'],
  ["admins", as("admin"), "admitted"],
])("%s, called by %j: %s", (policy, principal, expected) => {
  const told = () => {
    try {
      return admit(policy, principal) === principal ? "admitted" : "somebody else was admitted";
    } catch (error) {
      const { code, details } = error as { code: string; details: object };
      return `${code} ${JSON.stringify(details)}`;
    }
  };
  expect(told()).toBe(expected);
});

test("every procedure says who may call it", () => {
  expect(policiesOf(appRouter).size).toBe(Object.keys(appRouter._def.procedures).length);
});

test("a router with a procedure that doesn't is refused by name", () => {
  const other = initTRPC.create();
  const smuggled = other.procedure.query(() => "to all") as never;
  const unknown = other.procedure.meta({ policy: "everyone" }).query(() => "to all") as never;
  const said = procedure("anyone").query(() => "hello");
  expect(() => policiesOf(router({ a: { said, smuggled }, unknown }))).toThrow(
    /^no policy says who may call a\.smuggled, unknown: build it with procedure\(policy\)$/,
  );
});

test("one without a policy doesn't compile", () => {
  // @ts-expect-error: the policy is missing.
  expect(procedure()).toBeDefined();
});
