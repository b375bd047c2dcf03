import { isDeepStrictEqual } from "node:util";
import type { Told } from "./model.ts";
import type { Past } from "./past.ts";
import { type Refusal, type Step, textIn } from "./steps.ts";

/** The wallet whose state made the refusal right; undefined when no balance and no version has to do with it. */
export function concernedWallet(step: Step, code: string, { lives }: Past): string | undefined {
  switch (code) {
    case "INSUFFICIENT_FUNDS":
    case "VERSION_CONFLICT":
      return textIn(step, "fromWalletId") ?? textIn(step, "walletId");
    case "BALANCE_LIMIT":
      return step.kind === "credit" ? textIn(step, "walletId") : textIn(step, "toWalletId");
    case "HOLD_EXPIRED":
    case "HOLD_CLOSED":
    case "HOLD_EXCEEDED":
      return lives.get(textIn(step, "holdId") ?? "")?.placed.walletId;
    default:
      return undefined;
  }
}

/** Whether the model refuses for the same reason, in the same words. How bad input is put into words is not its business. */
export function sameRefusal(told: Told, { code, details }: Refusal): boolean {
  if (told === undefined || told.ok || told.code !== code) return false;
  // Of an answer that could not be opened later on, only the code is told.
  return code === "BAD_REQUEST" || details === undefined || isDeepStrictEqual(told.details, details);
}
