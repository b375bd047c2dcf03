import type { Caller } from "../../history.ts";
import type { WalletRow } from "../tables.ts";
import { type Answer, type Fields, stateOf, type TinyStore } from "./tiny-store.ts";

const notFound = (what: string): Answer => ({
  ok: false,
  code: "NOT_FOUND",
  details: { what },
  replayed: false,
});

/** The queries of a tiny Holdfast. */
export function read(store: TinyStore, caller: Caller, kind: string, input: Fields, nowMs: number): Answer {
  const answer = (data: unknown): Answer => ({ ok: true, data: data as Fields, replayed: false });
  const sees = ({ tenantId, ownerId }: WalletRow) =>
    tenantId === caller.tenantId && (caller.role !== "user" || ownerId === caller.subject);
  if (kind === "wallets.mine") {
    const owner = input["ownerId"] ?? caller.subject;
    const mine = store.tables.wallets.filter((wallet) => sees(wallet) && wallet.ownerId === owner);
    return answer(mine.map((wallet) => viewOf(store, wallet, nowMs)));
  }
  const wallet = store.wallets.get(`${input["walletId"]}`);
  if (wallet === undefined || !sees(wallet)) return notFound("walletId");
  if (kind === "wallets.get") return answer(viewOf(store, wallet, nowMs));
  const history = store.history.get(wallet.id) ?? [];
  if (kind === "wallets.balanceAt") {
    const version = Number(input["version"]);
    if (version > history.length) return notFound("version");
    const entry = history[version - 1];
    const [balance, held] = [`${entry?.balanceAfter ?? 0n}`, `${entry?.heldAfter ?? 0n}`];
    return answer({ walletId: wallet.id, balance, held, version: `${version}` });
  }
  const before = BigInt(`${input["before"] ?? 10n ** 12n}`);
  const older = history.filter(({ version }) => version < before).slice(-Number(input["limit"] ?? 50));
  const entries = older.reverse().map((entry) => ({
    version: `${entry.version}`,
    amount: `${entry.amount}`,
    heldChange: `${entry.heldChange}`,
    balance: `${entry.balanceAfter}`,
    held: `${entry.heldAfter}`,
    operationId: entry.operationId,
    kind: store.kinds.get(entry.operationId),
  }));
  return answer({ entries, next: null });
}

/** Holds whose time has come don't count, though nobody has written so yet. */
function viewOf(store: TinyStore, wallet: WalletRow, nowMs: number): Fields {
  const due = store.live(wallet.id).filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
  const held = wallet.held - due.reduce((sum, hold) => sum + hold.amount - hold.captured, 0n);
  const { ownerId, currency, minBalance } = wallet;
  const now = { held: `${held}`, available: `${wallet.balance - held}` };
  return { ...stateOf(wallet), ...now, ownerId, currency, minBalance: `${minBalance}` };
}
