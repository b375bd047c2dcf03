/** Who calls. Users act on what they own; services and admins act for users of their tenant. */
export interface Principal {
  readonly tenantId: number;
  /** The subject of the token: a user's id, a service's name. 1–255 characters. */
  readonly subject: string;
  readonly role: Role;
}

export type Role = "user" | "service" | "admin";

/** The write path itself, the clock, and the feed: what no token makes anybody. */
export const SYSTEM_CALLER = "system:holdfast";

/** How operations and row-level security name a principal. */
export function callerOf(principal: Principal): string {
  return `${principal.role}:${principal.subject}`;
}

/** Whether the caller may act for every user of the tenant. */
export function actsForOthers(principal: Principal): boolean {
  return principal.role !== "user";
}
