export type {
  BoostData,
  BoostInput,
  ConversationMessage,
  ConversationSummary,
  HistoryEntry,
  HistoryPage,
  MutationError,
  Reserved,
  ReserveInput,
  Show,
  ShowSummary,
  StreamData,
  StreamInput,
  Transcript,
  Wallet,
} from "./client-types.ts";
export type { OutboxItem, SendOptions, Trouble } from "./conversations/outbox-item.ts";
export { type AnswerCost, useAnswerCosts } from "./conversations/use-answer-costs.ts";
export {
  type ConversationHandle,
  type UserMessage,
  useConversation,
} from "./conversations/use-conversation.ts";
export { useConversations } from "./conversations/use-conversations.ts";
export { type CreateConversation, useCreateConversation } from "./conversations/use-create-conversation.ts";
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
