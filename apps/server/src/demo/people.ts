import type { Principal, Role } from "@holdfast/db";

export interface DemoPerson {
  readonly name: string;
  readonly tenantId: number;
  readonly role: Role;
}

export const demoTenants = [
  { tenantId: 1, name: "demo" },
  { tenantId: 2, name: "other" },
] as const;

/** Eve lives in another tenant, so that anyone can try what she can see of the first: nothing. */
export const demoPeople: readonly DemoPerson[] = [
  { name: "ada", tenantId: 1, role: "user" },
  { name: "bob", tenantId: 1, role: "user" },
  { name: "studio", tenantId: 1, role: "service" },
  { name: "organiser", tenantId: 1, role: "user" },
  { name: "warden", tenantId: 1, role: "admin" },
  { name: "eve", tenantId: 2, role: "user" },
];

export const demoNames: readonly string[] = demoPeople.map((person) => person.name);

export function demoPrincipal(person: DemoPerson): Principal {
  return { tenantId: person.tenantId, subject: person.name, role: person.role };
}

export function findDemoPerson(name: string): DemoPerson | undefined {
  return demoPeople.find((person) => person.name === name);
}
