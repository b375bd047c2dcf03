import { APICallError, type FinishReason, RetryError } from "ai";

/** How the model came to its end. `error` is for the reader of the conversation. */
export type Ending =
  | { readonly status: "complete" }
  | { readonly status: "failed"; readonly error: string; readonly fault?: unknown }
  /** Somebody has stopped it, or its lease was lost: the conversation has its end already. */
  | { readonly status: "ended-elsewhere" };

/** What the answer ends with when the server does: the same that a lease ends with which nobody renews. */
export const INTERRUPTED: Ending = { status: "failed", error: "interrupted" };
export const ENDED_ELSEWHERE: Ending = { status: "ended-elsewhere" };

export const failed = (error: string, fault?: unknown): Ending => ({ status: "failed", error, fault });

/** The reason with which a model is aborted. The AI SDK knows it by its name. */
export class GenerationStopped extends Error {
  override readonly name = "AbortError";
  readonly ending: Ending;

  constructor(ending: Ending) {
    super("the answer was stopped");
    this.ending = ending;
  }
}

/** What the model says of its own end. An answer that has reached its length is complete: it is what there is. */
export function endingOfFinish(reason: FinishReason | undefined): Ending {
  if (reason === "error") return failed("The model failed.");
  if (reason === "content-filter") return failed("A filter of the model has ended the answer.");
  return { status: "complete" };
}

/** A failure of the model, in words that tell nothing of the provider's: its texts quote requests, accounts and addresses. */
export function endingOfFault(fault: unknown): Ending {
  if (fault instanceof GenerationStopped) return fault.ending;
  const last = RetryError.isInstance(fault) ? fault.lastError : fault;
  if (!APICallError.isInstance(last)) return failed("The model failed.", fault);
  const { statusCode } = last;
  if (statusCode === undefined) return failed("The model could not be reached.", fault);
  if (statusCode === 429 || statusCode === 503) return failed("The model is busy. Ask again later.", fault);
  // A reply that began well and broke off bears the status with which it began.
  const refused = statusCode >= 400 && statusCode < 500;
  return failed(refused ? "The model refused the request." : "The model failed.", fault);
}
