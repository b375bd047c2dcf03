/**
 * On what terms the servers of a run give answers: a price that leaves parts of a unit, and a lease and a hold so short that
 * both end within a run. The generator and the checkers are told, each by itself.
 */
export const TERMS = {
  pricePer1000Tokens: 2_500n,
  maxTokens: 16,
  leaseSeconds: 2,
  holdSeconds: 4,
} as const;
