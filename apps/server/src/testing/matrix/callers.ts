import { randomUUID } from "node:crypto";
import type { Db, Principal, Role } from "@holdfast/db";
import { signToken } from "../../auth/tokens.ts";
import { TEST_SECRET } from "../test-server.ts";
import { forgeries } from "./forgeries.ts";

export interface Caller {
  readonly name: string;
  readonly authorization: string | undefined;
  /** Who that is; undefined for who must be told nothing but to sign in. */
  readonly principal: Principal | undefined;
  /** A key is looked up in the database, every now and then. */
  readonly withKey: boolean;
  /** A wallet of theirs, with credit. */
  readonly ownWalletId: string;
}

const auth = { secret: TEST_SECRET };
const HOUR_SECONDS = 3_600;

/** Everybody who may come to tenant `home`, and who only says so; those who are nobody say they are an admin of `elsewhere`. */
export async function makeCallers(db: Db, home: number, elsewhere: number): Promise<Caller[]> {
  const root: Principal = { tenantId: home, subject: "root", role: "admin" };
  const people: readonly (readonly [string, string, Role])[] = [
    ["ada", "ada", "user"],
    ["another user", "bob", "user"],
    ["a service", "studio", "service"],
    ["an admin", "root", "admin"],
  ];
  const callers: Caller[] = [];
  for (const [name, subject, role] of people) {
    const principal = { tenantId: home, subject, role };
    const ownWalletId = await openWallet(db, root, subject);
    const token = await signToken(auth, principal, HOUR_SECONDS);
    const known = { principal, ownWalletId };
    callers.push({ name, authorization: `Bearer ${token}`, withKey: false, ...known });
    const { apiKey } = await createKey(db, root, subject, role);
    callers.push({ name: `${name}, by API key`, authorization: `Bearer ${apiKey}`, withKey: true, ...known });
  }
  return [...callers, ...(await makeNobodies(db, root, elsewhere))];
}

async function makeNobodies(db: Db, root: Principal, elsewhere: number): Promise<Caller[]> {
  const nobody = { principal: undefined, withKey: false, ownWalletId: randomUUID() };
  const there: Principal = { tenantId: elsewhere, subject: "root", role: "admin" };
  const expired = await signToken(auth, there, -60);
  const claims = { sub: "root", tenant: elsewhere, role: "admin", exp: 4_000_000_000 };
  const valid = await signToken(auth, { ...root, role: "user" }, HOUR_SECONDS);
  const forged = Object.entries(forgeries(claims, valid, TEST_SECRET));
  const ended = await createKey(db, root, "ended", "admin");
  await db.execute(root, { kind: "keys.revoke", idempotencyKey: randomUUID(), keyId: ended.keyId });
  const { apiKey } = await createKey(db, root, "moved", "admin");
  const keys = {
    "a revoked API key": ended.apiKey,
    "an API key that calls itself one of another tenant": apiKey.replace(/^hf_\d+/, `hf_${elsewhere}`),
    "an API key with another secret": apiKey.replace(/.{43}$/, "x".repeat(43)),
  };
  return [
    { name: "nobody", authorization: undefined, ...nobody },
    { name: "an expired token", authorization: `Bearer ${expired}`, ...nobody },
    ...forged.map(([name, token]) => ({
      name: `forged: ${name}`,
      authorization: `Bearer ${token}`,
      ...nobody,
    })),
    ...Object.entries(keys).map(([name, key]) => ({
      ...nobody,
      ...{ name, authorization: `Bearer ${key}`, withKey: true },
    })),
  ];
}

async function createKey(db: Db, root: Principal, subject: string, role: Role) {
  const create = { kind: "keys.create", idempotencyKey: randomUUID(), subject, role } as const;
  const { keyId, apiKey } = await db.execute(root, create);
  return { keyId, apiKey: apiKey ?? "" };
}

async function openWallet(db: Db, root: Principal, ownerId: string): Promise<string> {
  const key = () => ({ idempotencyKey: randomUUID() });
  const open = { kind: "wallets.open", ...key(), currency: "sat", ownerId } as const;
  const { walletId } = await db.execute(root, open);
  await db.execute(root, { kind: "wallets.credit", ...key(), walletId, amount: "1000000" });
  return walletId;
}
