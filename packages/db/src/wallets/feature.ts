import type { Feature, Need } from "../write-path/feature.ts";
import { type WalletStep, walletInputs } from "./commands.ts";
import { decideWallet, type WalletCommand } from "./decide.ts";
import { dueExpiries } from "./decide-holds.ts";
import { listOverdueWallets, lockWalletRows } from "./rows.ts";
import { walletTopic } from "./topic.ts";
import { walletChecks } from "./verify.ts";
import { type Wallet, type WalletChange, WalletRows } from "./wallet.ts";
import { writeKnownWallets, writeWalletRows } from "./write-rows.ts";
import { writtenByWallets } from "./written.ts";

/** A wallet is needed by its id, or through a hold of its, whose wallet the lock statement finds. */
const wallet = (id: string): Need => ({ feature: "wallets", key: `wallet:${id}` });
const hold = (id: string): Need => ({ feature: "wallets", key: `hold:${id}` });

/** The wallets' face to the write path. */
export const walletsFeature: Feature<WalletCommand, WalletRows, WalletChange> = {
  name: "wallets",
  inputs: walletInputs,

  needs(command) {
    if (command.kind === "wallets.batch") return command.commands.flatMap(needsOf);
    return needsOf(command);
  },

  async lock(tx, tenantId, keys, wait) {
    const walletIds = keys
      .filter((key) => key.startsWith("wallet:"))
      .map((key) => key.slice("wallet:".length));
    const holdIds = keys.filter((key) => key.startsWith("hold:")).map((key) => key.slice("hold:".length));
    const { rows, stuckWallets, stuckHolds } = await lockWalletRows(tx, tenantId, walletIds, holdIds, wait);
    const stuck = new Set([
      ...[...stuckWallets].map((id) => wallet(id).key),
      ...[...stuckHolds].map((id) => hold(id).key),
    ]);
    // Wallets and holds are never deleted, so one that is not there was never used under any key.
    return { rows, stuck, absent: false };
  },

  due: dueExpiries,

  async overdue(tx, tenantId, limit, after) {
    const ids = await listOverdueWallets(tx, tenantId, limit, after?.slice("wallet:".length));
    return ids.map((id) => wallet(id).key);
  },

  decide(all, command, context) {
    const verdict = decideWallet(all["wallets"] as WalletRows, command, context);
    return verdict.ok ? { ok: true, data: verdict.data, changes: { wallets: verdict.changes } } : verdict;
  },

  apply(rows, changes, operationId) {
    for (const change of changes) rows.apply(change, operationId);
  },

  write: writeWalletRows,

  optimistic: {
    kinds: new Set(["credit", "debit", "transfer", "boost", "stream"].map((kind) => `wallets.${kind}`)),
    // A hold may be past its time.
    cacheable: (rows) =>
      [...rows.wallets.values()].map((one) => [wallet(one.id).key, one.held === 0n ? one : undefined]),
    recall: (cached) => WalletRows.recall(cached as Wallet[]),
    followers: new Set(["webhooks"]),
    write: writeKnownWallets,
  },

  topic: walletTopic,
  touched: (rows) => rows.entries.map(({ walletId, version }) => ({ id: walletId, version })),
  written: writtenByWallets,
  checks: walletChecks,
};

type Named = Partial<Record<"walletId" | "fromWalletId" | "toWalletId" | "holdId", string | undefined>>;

function needsOf(step: Named | WalletStep | WalletCommand): Need[] {
  const { walletId, fromWalletId, toWalletId, holdId } = step as Named;
  const needs: Need[] = [];
  if (walletId !== undefined) needs.push(wallet(walletId));
  if (fromWalletId !== undefined) needs.push(wallet(fromWalletId));
  if (toWalletId !== undefined) needs.push(wallet(toWalletId));
  if (holdId !== undefined) needs.push(hold(holdId));
  return needs;
}
