import { createTenant, type Db, type Principal } from "@holdfast/db";
import { type DemoPerson, demoPeople, demoTenants } from "./people.ts";
import { seedShow } from "./show.ts";

const CURRENCY = "sat";
const OPENING_CREDIT = "1000000";
/** Is paid for the seats of the demo's show. */
const ORGANISER = "organiser";

export interface DemoWallet extends DemoPerson {
  readonly walletId: string;
  readonly currency: string;
}

/** Creates the demo's tenants. Takes the owner's URL; running it again changes nothing. */
export async function createDemoTenants(url: string): Promise<void> {
  for (const tenant of demoTenants) await createTenant({ url, ...tenant });
}

/**
 * A wallet with opening credit for everyone and a show with 5,000 seats, through the same write path as every call. The keys are fixed, so the
 * second run is answered from the records of the first: same wallets and show, no credit twice.
 */
export async function seedDemo(db: Db): Promise<DemoWallet[]> {
  const wallets: DemoWallet[] = [];
  for (const person of demoPeople) {
    // A service account opens and credits wallets for the users of its tenant.
    const studio: Principal = { tenantId: person.tenantId, subject: "studio", role: "service" };
    const { walletId } = await db.execute(studio, {
      kind: "wallets.open",
      idempotencyKey: `demo:open:${person.name}`,
      currency: CURRENCY,
      ownerId: person.name,
    });
    await db.execute(studio, {
      kind: "wallets.credit",
      idempotencyKey: `demo:credit:${person.name}`,
      walletId,
      amount: OPENING_CREDIT,
      source: "demo",
      memo: "Opening credit",
    });
    wallets.push({ ...person, walletId, currency: CURRENCY });
    if (person.name === ORGANISER) await seedShow(db, studio, walletId);
  }
  return wallets;
}
