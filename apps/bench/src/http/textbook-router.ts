import { initTRPC, TRPCError } from "@trpc/server";
import { z } from "zod";

export interface TextbookContext {
  /** Undefined when the token is not valid. */
  readonly subject: string | undefined;
  transfer(from: number, to: number, key: string, amount: number): Promise<void>;
}

const t = initTRPC.context<TextbookContext>().create();

const wallet = z.string().regex(/^\d+$/);

/** The same call as Holdfast's, the way tRPC's documentation writes it. */
export const textbookRouter = t.router({
  wallets: t.router({
    transfer: t.procedure
      .input(
        z.strictObject({
          idempotencyKey: z.string().min(1).max(255),
          fromWalletId: wallet,
          toWalletId: wallet,
          amount: z.string().regex(/^[1-9]\d{0,15}$/),
        }),
      )
      .mutation(async ({ ctx, input }) => {
        if (ctx.subject === undefined) throw new TRPCError({ code: "UNAUTHORIZED" });
        const { fromWalletId, toWalletId, amount, idempotencyKey } = input;
        await ctx.transfer(Number(fromWalletId), Number(toWalletId), idempotencyKey, Number(amount));
        return { walletId: fromWalletId };
      }),
  }),
});

export type TextbookRouter = typeof textbookRouter;
