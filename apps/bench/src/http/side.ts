import { randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import postgres from "postgres";
import type { Contender, Ledger } from "../contenders/contender.ts";
import { holdfast } from "../contenders/holdfast.ts";
import { textbook } from "../contenders/textbook.ts";
import { freshDatabase } from "../databases.ts";
import type { LoadOrder } from "./load-order.ts";
import { type ServedProcess, startServing } from "./processes.ts";
import type { Served } from "./serve-order.ts";

export const PAIR = { wallets: 2, tenants: 1, balance: 1_000_000_000 };

/** What is measured: a server, and how its callers call it. */
export interface Pairing {
  readonly served: Served;
  readonly client: LoadOrder["client"];
}

/** A server at work, on a database of its own with two wallets. */
export interface Side extends Pairing {
  /** Undefined for a server without a database. */
  readonly ledger: Ledger | undefined;
  readonly wallets: readonly [string, string];
  readonly server: ServedProcess;
  readonly databaseUrl: string;
}

/** Wallets of a no-op: any id that parses. */
const NOBODYS = ["01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"] as const;

export async function createToken(): Promise<{ secret: string; token: string }> {
  const secret = randomBytes(32).toString("hex");
  const token = await new SignJWT({ tenant: 1, role: "service" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("bench")
    .setExpirationTime("2h")
    .sign(Buffer.from(secret));
  return { secret, token };
}

export async function startSide(
  { served, client }: Pairing,
  { admin, url, secret }: { admin: postgres.Sql; url: string; secret: string },
): Promise<Side> {
  const databaseUrl = await freshDatabase(admin, url, `bench_http_${served.replaceAll("-", "_")}`);
  const contender: Contender | undefined =
    served === "holdfast" ? holdfast : served === "textbook" ? textbook : undefined;
  const ledger = await contender?.setUp({ url: databaseUrl, ...PAIR });
  const wallets = await walletIds(served, databaseUrl);
  const server = await startServing({ served, databaseUrl, secret });
  return { served, client, ledger, wallets, server, databaseUrl };
}

export async function stopSide({ server, ledger }: Side): Promise<void> {
  await server.stop();
  await ledger?.close();
}

async function walletIds(served: Served, databaseUrl: string): Promise<readonly [string, string]> {
  if (served === "textbook") return ["0", "1"];
  if (served !== "holdfast") return NOBODYS;
  const sql = postgres(databaseUrl, { max: 1 });
  const [first, second] = await sql<{ id: string }[]>`select id from holdfast.wallets order by id`;
  await sql.end();
  return [first?.id ?? "", second?.id ?? ""];
}
