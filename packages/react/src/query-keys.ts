/** Every cache entry carries the identity that may see it, so one person's figures never show under another's name. */
export const queryKeys = {
  all: (identity: string) => ["holdfast", identity] as const,
  wallets: (identity: string) => ["holdfast", identity, "wallets"] as const,
  wallet: (identity: string, walletId: string) => ["holdfast", identity, "wallet", walletId] as const,
  shows: (identity: string) => ["holdfast", identity, "shows"] as const,
  show: (identity: string, showId: string) => ["holdfast", identity, "show", showId] as const,
  conversations: (identity: string) => ["holdfast", identity, "conversations"] as const,
  conversation: (identity: string, conversationId: string) =>
    ["holdfast", identity, "conversation", conversationId] as const,
  operation: (identity: string, keyOrId: string) => ["holdfast", identity, "operation", keyOrId] as const,
  history: (identity: string, walletId: string) => ["holdfast", identity, "history", walletId] as const,
};
