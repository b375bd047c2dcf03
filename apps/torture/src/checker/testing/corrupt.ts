import type { Random } from "../../random.ts";
import type { Simulated } from "./simulate.ts";
import type { Mutable } from "./tiny-store.ts";

/** Spoils one row or one reply at random, in a way that no right history can explain; answers what it did. */
export function corrupt({ events, tables }: Simulated, random: Random): string {
  const table = random.pick([
    ...(["entries", "entries", "wallets", "holds", "operations", "replies", "replies"] as const),
    ...(["shows", "seats", "reservations", "showChanges"] as const),
  ]);
  if (table === "replies") return corruptReply(events, random);
  const rows = tables[table] as object[];
  const row = random.pick(rows) as Record<string, unknown>;
  const told = new Set(
    events.flatMap((event) =>
      event.type === "replied" && event.reply.kind === "success" ? [operationOf(event.reply.data)] : [],
    ),
  );
  // An operation that nobody was told of may as well be missing.
  const mayGo = table !== "operations" || told.has(`${row["id"]}`);
  if (random.chance(0.2) && mayGo) {
    rows.splice(rows.indexOf(row), 1);
    return `a row of ${table} is gone: ${row["id"] ?? row["operationId"]}`;
  }
  if (random.chance(0.2)) {
    rows.push({ ...row });
    return `a row of ${table} is there twice: ${row["id"] ?? row["operationId"]}`;
  }
  // Nothing speaks against another time within limits; nobody knows a refusal's id; outcomes are spoilt in the replies; and
  // a token that nobody was told may be any.
  const unknown = told.has(`${row["operationId"]}`) ? [] : ["tokenHash"];
  const silent = table === "operations" ? ["createdAtMs", "outcome", "id"] : unknown;
  const fields = Object.keys(row).filter((field) => !silent.includes(field));
  const field = random.pick(fields);
  row[field] = spoilt(row[field], random);
  return `${field} of a row of ${table} is ${JSON.stringify(`${row[field]}`)}: ${row["id"] ?? row["operationId"]}`;
}

function operationOf(data: Readonly<Record<string, unknown>>): string {
  return `${data["operationId"]}`;
}

const OF_WALLETS = ["balance", "held", "version"];
const OF_SEATS = ["showVersion", "reservationId", "token", "seats", "price", "expiresAt"];

function corruptReply(events: Simulated["events"], random: Random): string {
  const told = events.filter((event) => {
    if (event.type !== "replied" || event.reply.kind !== "success") return false;
    return "version" in event.reply.data || "showVersion" in event.reply.data;
  });
  const event = random.pick(told);
  if (event.type !== "replied" || event.reply.kind !== "success") throw new Error("no success to spoil");
  const data = event.reply.data as Mutable<typeof event.reply.data>;
  // A show without a hold that has ended looks like the next version, which says so.
  const names = "layout" in data ? ["held", "sold"] : [...OF_WALLETS, ...OF_SEATS];
  const field = random.pick(names.filter((name) => name in data));
  data[field] = spoilt(data[field], random);
  return `${field} of reply ${event.attempt} is ${data[field]}`;
}

function spoilt(value: unknown, random: Random): unknown {
  if (typeof value === "bigint") return value + (random.chance(0.5) ? 1n : -1n);
  if (typeof value === "number") return value + 1;
  if (typeof value === "string" && /^\d+$/.test(value)) return `${BigInt(value) + 1n}`;
  if (Array.isArray(value)) return [...value, "spoilt"];
  if (typeof value === "object") return { ...value, extra: "spoilt" };
  return `${value}-spoilt`;
}
