/** On what terms answers are generated; the same on every replica. */
export interface AnswerTerms {
  /** The price of 1,000 tokens, in the smallest unit of the payer's currency. 0: answers cost nothing. */
  readonly pricePer1000Tokens: bigint;
  /** The most that one answer may use, question included; what that costs is held before it begins. */
  readonly maxTokens: number;
  /** How long whoever generates an answer need not be heard of before it counts as interrupted, in seconds. */
  readonly leaseSeconds: number;
  /** How long the hold for an answer lasts, and so the longest answer that is paid for, in seconds. */
  readonly holdSeconds: number;
}

export const DEFAULT_TERMS: AnswerTerms = {
  pricePer1000Tokens: 0n,
  maxTokens: 4_000,
  leaseSeconds: 15,
  holdSeconds: 600,
};

/** What so many tokens cost: a part of the smallest unit counts as a whole one. */
export function priceOf(tokens: number, { pricePer1000Tokens }: AnswerTerms): bigint {
  return (BigInt(tokens) * pricePer1000Tokens + 999n) / 1_000n;
}
