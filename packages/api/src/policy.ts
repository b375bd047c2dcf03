import { HoldfastError, type Principal } from "@holdfast/db";

/** Who may call a procedure at all. On which rows they may do it is decided beside the locked rows, in db. */
export type Policy = "anyone" | "signed-in" | "services" | "admins";

/** What every procedure says of itself. */
export interface Meta {
  readonly policy: Policy;
}

const POLICIES: readonly unknown[] = ["anyone", "signed-in", "services", "admins"] satisfies Policy[];

/**
 * The caller, if the policy lets them in.
 *
 * @throws HoldfastError UNAUTHENTICATED for nobody, FORBIDDEN for a role that may not.
 */
export function admit(policy: Exclude<Policy, "anyone">, principal: Principal | undefined): Principal {
  if (principal === undefined) throw new HoldfastError("UNAUTHENTICATED", {});
  const { role } = principal;
  switch (policy) {
    case "signed-in":
      return principal;
    case "services":
      if (role !== "user") return principal;
      throw new HoldfastError("FORBIDDEN", { needs: "service" });
    case "admins":
      if (role === "admin") return principal;
      throw new HoldfastError("FORBIDDEN", { needs: "admin" });
  }
}

interface Procedure {
  readonly _def: { readonly meta?: unknown };
}

/**
 * The policy of every procedure, by its path. The server asks before it listens, so that no procedure is served that says
 * nothing of who may call it, whichever way it was built.
 *
 * @throws TypeError that names the procedures without one.
 */
export function policiesOf(router: { readonly _def: { readonly procedures: object } }): Map<string, Policy> {
  const policies = new Map<string, Policy>();
  const without: string[] = [];
  for (const [path, { _def }] of Object.entries<Procedure>(router._def.procedures as never)) {
    const { policy } = (_def.meta ?? {}) as Partial<Meta>;
    if (policy !== undefined && POLICIES.includes(policy)) policies.set(path, policy);
    else without.push(path);
  }
  if (without.length > 0)
    throw new TypeError(`no policy says who may call ${without.join(", ")}: build it with procedure(policy)`);
  return policies;
}
