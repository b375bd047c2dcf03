import { connect, createTenant, migrate, type Principal, verify } from "@holdfast/db";
import postgres from "postgres";
import type { Settings } from "../settings.ts";
import type { Story } from "../story.ts";
import type { Answer, Strategy } from "../strategy.ts";
import type { Tools } from "./deliver.ts";
import { openPool } from "./pool.ts";

/** Where the calls of one strategy meet rows: everything of it is in one scratch database. */
export interface Track<Call, Rows> {
  run(tools: Tools, call: Call): Promise<Answer>;
  /** The final rows, and what else is wrong with the database. */
  rows(): Promise<{ readonly rows: Rows; readonly findings: readonly string[] }>;
  close(): Promise<void>;
}

/** Of one run; the server and the callers of others need some as well. */
const MAX_CONNECTIONS = 60;

export interface TrackOptions {
  readonly url: string;
  readonly settings: Settings;
  /** Told when a caller's connection was lost, so that its rows prove nothing any more. */
  readonly onLost: (error: Error) => void;
}

/** Tables of the story's own, and a connection for every caller. */
export async function openPlain<Call, Rows, House>(
  { plain }: Story<Call, Rows, House>,
  strategy: Strategy<Call>,
  { url, settings, onLost }: TrackOptions,
): Promise<Track<Call, Rows>> {
  const deliveries = settings.callers * (settings.duplicatesPercent > 0 ? 2 : 1);
  const pool = await openPool({ url, connections: Math.min(deliveries, MAX_CONNECTIONS), onLost });
  try {
    await pool.lend((sql) => sql.unsafe(plain.tables(settings)));
  } catch (error) {
    await pool.close();
    throw error;
  }
  return {
    run: (tools, call) => pool.lend((sql) => strategy({ ...tools, sql }, call)),
    rows: async () => ({ rows: await pool.lend((sql) => plain.rows(sql)), findings: [] }),
    close: () => pool.close(),
  };
}

const PRINCIPAL: Principal = { tenantId: 1, subject: "race-lab", role: "service" };

/** Holdfast itself, by its migrations and its write path. */
export async function openHoldfast<Call, Rows, House>(
  { holdfast }: Story<Call, Rows, House>,
  { url, settings }: TrackOptions,
): Promise<Track<Call, Rows>> {
  await migrate({ url });
  await createTenant({ url, tenantId: PRINCIPAL.tenantId, name: "race lab" });
  // The tokens of its reservations end with the run.
  const db = connect({ url, tokenSecret: "the tokens of a race are nobody's" });
  try {
    const house = await holdfast.open(db, PRINCIPAL, settings);
    return {
      run: (tools, call) => holdfast.strategy({ ...tools, db, principal: PRINCIPAL, house }, call),
      rows: async () => {
        const findings = await verify({ url });
        const sql = postgres(url, {
          max: 1,
          fetch_types: false,
          connection: { application_name: "holdfast-lab" },
        });
        try {
          return {
            rows: await holdfast.rows(sql, house),
            findings: findings.map(({ invariant, message }) => `${invariant}: ${message}`),
          };
        } finally {
          await sql.end({ timeout: 1 });
        }
      },
      close: () => db.close(),
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
