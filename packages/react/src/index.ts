export type {
  BoostData,
  BoostInput,
  HistoryEntry,
  HistoryPage,
  MutationError,
  StreamData,
  StreamInput,
  Wallet,
} from "./client-types.ts";
export type { Intent, IntentError, IntentResult, IntentState } from "./intents/intent.ts";
export { type IntentHandle, useIntent } from "./intents/use-intent.ts";
export { HoldfastProvider, type HoldfastProviderProps, useHoldfast } from "./provider.tsx";
export { queryKeys } from "./query-keys.ts";
export type { StopReason, StreamState, StreamTerms, StreamTick } from "./wallets/stream-session.ts";
export { type Boost, useBoost } from "./wallets/use-boost.ts";
export { type Stream, useStream } from "./wallets/use-stream.ts";
export { useWallet } from "./wallets/use-wallet.ts";
export { useWalletHistory, type WalletHistoryOptions } from "./wallets/use-wallet-history.ts";
export { useWallets } from "./wallets/use-wallets.ts";
