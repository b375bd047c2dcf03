import { getBalanceAt, getWallet, listEntries, listWallets } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { authed, router } from "../trpc.ts";

/** Wallets: credit that can't be spent twice. */
export const walletsRouter = router({
  open: command("wallets.open"),
  credit: command("wallets.credit"),
  debit: command("wallets.debit"),
  transfer: command("wallets.transfer"),
  boost: command("wallets.boost"),
  stream: command("wallets.stream"),
  hold: command("wallets.hold"),
  capture: command("wallets.capture"),
  release: command("wallets.release"),
  batch: command("wallets.batch"),

  mine: authed
    .input(queryInput("wallets.mine"))
    .query(({ ctx, input }) => listWallets(reader(ctx), ctx.principal, input)),
  get: authed
    .input(queryInput("wallets.get"))
    .query(({ ctx, input }) => getWallet(reader(ctx), ctx.principal, input)),
  history: authed
    .input(queryInput("wallets.history"))
    .query(({ ctx, input }) => listEntries(reader(ctx), ctx.principal, input)),
  balanceAt: authed
    .input(queryInput("wallets.balanceAt"))
    .query(({ ctx, input }) => getBalanceAt(reader(ctx), ctx.principal, input)),
});
