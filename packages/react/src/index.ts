export type {
  BoostData,
  BoostInput,
  HistoryEntry,
  HistoryPage,
  MutationError,
  Reserved,
  ReserveInput,
  Show,
  ShowSummary,
  StreamData,
  StreamInput,
  Wallet,
} from "./client-types.ts";
export { useFeedState } from "./feed/use-feed-state.ts";
export type { Intent, IntentError, IntentResult, IntentState } from "./intents/intent.ts";
export { type IntentHandle, useIntent } from "./intents/use-intent.ts";
export { HoldfastProvider, type HoldfastProviderProps, useHoldfast } from "./provider.tsx";
export { queryKeys } from "./query-keys.ts";
export type { KeptReservation } from "./shows/kept-reservation.ts";
export { type OwnReservation, type ReservationOutcome, useReservation } from "./shows/use-reservation.ts";
export { type SeatMap, type SeatStatus, useSeatMap } from "./shows/use-seat-map.ts";
export { useShows } from "./shows/use-shows.ts";
export type { StopReason, StreamState, StreamTerms, StreamTick } from "./wallets/stream-session.ts";
export { type Boost, useBoost } from "./wallets/use-boost.ts";
export { type Stream, useStream } from "./wallets/use-stream.ts";
export { useWallet } from "./wallets/use-wallet.ts";
export { useWalletHistory, type WalletHistoryOptions } from "./wallets/use-wallet-history.ts";
export { useWallets } from "./wallets/use-wallets.ts";
