import { getBalanceAt, getWallet, listEntries, listWallets } from "@holdfast/db";
import { queryInput } from "../input.ts";
import { command, reader } from "../procedures.ts";
import { procedure, router } from "../trpc.ts";

/** Wallets: credit that can't be spent twice. */
export const walletsRouter = router({
  open: command("wallets.open", "signed-in"),
  credit: command("wallets.credit", "services"),
  debit: command("wallets.debit", "signed-in"),
  transfer: command("wallets.transfer", "signed-in"),
  boost: command("wallets.boost", "signed-in"),
  stream: command("wallets.stream", "signed-in"),
  hold: command("wallets.hold", "signed-in"),
  capture: command("wallets.capture", "signed-in"),
  release: command("wallets.release", "signed-in"),
  batch: command("wallets.batch", "signed-in"),

  mine: procedure("signed-in")
    .input(queryInput("wallets.mine"))
    .query(({ ctx, input }) => listWallets(reader(ctx), ctx.principal, input)),
  get: procedure("signed-in")
    .input(queryInput("wallets.get"))
    .query(({ ctx, input }) => getWallet(reader(ctx), ctx.principal, input)),
  history: procedure("signed-in")
    .input(queryInput("wallets.history"))
    .query(({ ctx, input }) => listEntries(reader(ctx), ctx.principal, input)),
  balanceAt: procedure("signed-in")
    .input(queryInput("wallets.balanceAt"))
    .query(({ ctx, input }) => getBalanceAt(reader(ctx), ctx.principal, input)),
});
