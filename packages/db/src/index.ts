export type { WantedTopic } from "./changes/feed.ts";
export { changeInputs, parseWatchInput, type WatchInput } from "./changes/watch-input.ts";
export type { ChangeEvent } from "./changes/watcher.ts";
export {
  type Answer,
  type CallOptions,
  type ConnectOptions,
  connect,
  type Db,
  type HoldfastCommand,
} from "./connect.ts";
export type {
  AnswerChanged,
  AnswerOpened,
  Appended,
  ConversationAnswers,
  ConversationChange,
  ConversationCreated,
  ConversationInput,
  ConversationKind,
  MessageStatus,
  MessageView,
  PaidStep,
  Sent,
} from "./conversations/commands.ts";
export { conversationInputs } from "./conversations/commands.ts";
export type { Message, Part } from "./conversations/message.ts";
export {
  type ConversationSummary,
  type ConversationView,
  conversationQueries,
  exportConversation,
  getConversation,
  listConversations,
  listMessages,
} from "./conversations/queries.ts";
export { afterSteps, type Step } from "./conversations/steps.ts";
export { type AnswerTerms, DEFAULT_TERMS, priceOf } from "./conversations/terms.ts";
export { listWaiting, listWaitingTenants, type WaitingConversation } from "./conversations/waiting.ts";
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorRow,
  errorTable,
  HoldfastError,
  type HoldfastErrorValue,
  type Retry,
} from "./errors.ts";
export { createFeatures, holdfastFeatures } from "./features.ts";
export { MAX_AMOUNT, MAX_BALANCE } from "./fields.ts";
export { execute, type Joinable, type Joined, type JoinOptions } from "./join.ts";
export type { KeyAnswers, KeyCreated, KeyInput, KeyKind, KeyRevoked } from "./keys/commands.ts";
export { keyInputs } from "./keys/commands.ts";
export { findApiKeyPrincipal, type KeyView, keyQueries, listKeys } from "./keys/queries.ts";
export { migrate } from "./migrate.ts";
export type { CallSeen, Observer, ReplayCacheSeen, TransactionSeen } from "./observe.ts";
export { type Explanation, explainOperation, operationQueries } from "./operations/explain.ts";
export {
  type CheckResult,
  type Verification,
  verificationQueries,
  verifyTenant,
} from "./operations/verify-tenant.ts";
export { ROWS_DIFFER } from "./postgres-error.ts";
export type { Principal, Role } from "./principal.ts";
export type {
  Confirmed,
  Extended,
  Reservation,
  ReservationChanged,
  ReservationStatus,
  Reserved,
  ShowAnswers,
  ShowCreated,
  ShowInput,
  ShowKind,
} from "./shows/commands.ts";
export { showInputs } from "./shows/commands.ts";
export type { Layout, LayoutRow, LayoutSeat, LayoutSection } from "./shows/layout.ts";
export {
  getReservation,
  getShow,
  listShows,
  type ReservationView,
  type ShowSummary,
  type ShowView,
  showQueries,
} from "./shows/queries.ts";
export { pgArray, type Row, type Statements, textOf } from "./statements.ts";
export { createTenant, listTenants, type Tenant } from "./tenants.ts";
export type { TopicName } from "./topic-name.ts";
export { DeadlinePassed, OutcomeUnknown, type TransactionOptions, type Tx } from "./transaction.ts";
export { type Finding, verify } from "./verify.ts";
export {
  type HoldChanged,
  type HoldPlaced,
  type HoldStatus,
  type Moved,
  type Opened,
  type StepResult,
  type WalletAnswers,
  type WalletInput,
  type WalletKind,
  type WalletState,
  walletInputs,
} from "./wallets/commands.ts";
export {
  type BalanceAt,
  type EntryView,
  getBalanceAt,
  getWallet,
  listEntries,
  listWallets,
  type WalletView,
  walletQueries,
} from "./wallets/queries.ts";
export type {
  WebhookAnswers,
  WebhookChanged,
  WebhookInput,
  WebhookKind,
  WebhookReplayed,
  WebhookState,
  WebhookStatus,
  WebhookTold,
} from "./webhooks/commands.ts";
export { isLoopbackAddress, isPublicAddress } from "./webhooks/public-address.ts";
export {
  type DeliveryView,
  getWebhookSecret,
  listDeliveries,
  listWebhooks,
  type WebhookSecret,
  type WebhookView,
  webhookQueries,
} from "./webhooks/queries.ts";
export {
  type Attempt,
  deliveryIdOf,
  recordAttempt,
  type ToSend,
  takeChanges,
  type WebhookTopic,
} from "./webhooks/sending.ts";
export { hostOf, whyNotSentTo } from "./webhooks/url.ts";
export type {
  Changes,
  Command,
  DecideContext,
  Decision,
  Feature,
  FeatureError,
  Follower,
  Locked,
  Need,
  Outcome,
  RecordedOperation,
  Refusal,
  TopicChanged,
  Touched,
  WrittenRow,
} from "./write-path/feature.ts";
export { type LockableTable, type LockedTable, lockRows } from "./write-path/lock.ts";
export type { ReplayStore } from "./write-path/replay-cache.ts";
export type { Change, Json, Topic } from "./write-path/topic.ts";
