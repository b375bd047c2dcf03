import {
  type Db,
  getBalanceAt,
  getWallet,
  listEntries,
  listWallets,
  type WalletAnswers,
  type WalletKind,
} from "@holdfast/db";
import { commandInput, queryInput } from "../input.ts";
import { authed, type Context, router } from "../trpc.ts";

const command = <K extends WalletKind>(kind: K) =>
  authed.input(commandInput(kind)).mutation(({ ctx, input }) => {
    const { db, principal, deadlineMs } = ctx;
    const answer: Promise<unknown> = db.execute(principal, { ...input, kind }, { deadlineMs });
    return answer as Promise<WalletAnswers[K] & { replayed: boolean }>;
  });

/** The database as a query sees it: with the time that is left of the call. */
const reader = ({ db, deadlineMs }: Context): Pick<Db, "read"> => ({
  read: (principal, work) => db.read(principal, work, { deadlineMs }),
});

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
