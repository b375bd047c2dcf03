export type {
  BoostData,
  BoostInput,
  ConversationMessage,
  ConversationSummary,
  HistoryEntry,
  HistoryPage,
  MutationError,
  OpenData,
  OpenInput,
  OperationStory,
  Reserved,
  ReserveInput,
  Show,
  ShowSummary,
  StreamData,
  StreamInput,
  Transcript,
  TransferData,
  TransferInput,
  Wallet,
} from "./client-types.ts";
export { useHoldfast } from "./context.ts";
export type { OutboxItem, SendOptions, Trouble } from "./conversations/outbox-item.ts";
export { conversationQuery, conversationsQuery } from "./conversations/queries.ts";
export { type AnswerCost, useAnswerCosts } from "./conversations/use-answer-costs.ts";
export {
  type ConversationHandle,
  type UserMessage,
  useConversation,
  useSuspenseConversation,
} from "./conversations/use-conversation.ts";
export { useConversations, useSuspenseConversations } from "./conversations/use-conversations.ts";
export { type CreateConversation, useCreateConversation } from "./conversations/use-create-conversation.ts";
export { type Failed, HoldfastErrorBoundary, type HoldfastErrorBoundaryProps } from "./error-boundary.tsx";
export { useFeedState } from "./feed/use-feed-state.ts";
export type { Intent, IntentError, IntentResult, IntentState } from "./intents/intent.ts";
export { type IntentHandle, useIntent } from "./intents/use-intent.ts";
export { operationQuery } from "./operations/queries.ts";
export { useOperation } from "./operations/use-operation.ts";
export { HoldfastProvider, type HoldfastProviderProps } from "./provider.tsx";
export { queryKeys } from "./query-keys.ts";
export { readAgain } from "./read-again.ts";
export type { Reader } from "./reader.ts";
export type { KeptReservation } from "./shows/kept-reservation.ts";
export { showQuery, showsQuery } from "./shows/queries.ts";
export { type OwnReservation, type ReservationOutcome, useReservation } from "./shows/use-reservation.ts";
export { type SeatMap, type SeatStatus, useSeatMap, useSuspenseSeatMap } from "./shows/use-seat-map.ts";
export { useShows, useSuspenseShows } from "./shows/use-shows.ts";
export { walletHistoryQuery, walletQuery, walletsQuery } from "./wallets/queries.ts";
export type { StopReason, StreamState, StreamTerms, StreamTick } from "./wallets/stream-session.ts";
export { type Boost, useBoost } from "./wallets/use-boost.ts";
export { type OpenWallet, useOpenWallet } from "./wallets/use-open-wallet.ts";
export { type Stream, useStream } from "./wallets/use-stream.ts";
export { type Transfer, useTransfer } from "./wallets/use-transfer.ts";
export { useSuspenseWallet, useWallet } from "./wallets/use-wallet.ts";
export {
  useSuspenseWalletHistory,
  useWalletHistory,
  type WalletHistoryOptions,
} from "./wallets/use-wallet-history.ts";
export { useSuspenseWallets, useWallets } from "./wallets/use-wallets.ts";
