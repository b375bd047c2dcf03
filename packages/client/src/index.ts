export type {
  ChangeEvent,
  ConversationChange,
  ConversationView,
  Message,
  MessageStatus,
  MessageView,
  Part,
  Step,
} from "@holdfast/db";
export type { CallOptions, KeyedCallOptions, Result, RetryEvent } from "./call-options.ts";
export {
  type ClientErrorCode,
  type ClientErrorDetails,
  HoldfastClientError,
  type HoldfastFailure,
  isHoldfastError,
} from "./client-error.ts";
export { createHoldfast, type Holdfast, type HoldfastOptions } from "./create-holdfast.ts";
export { type IntentStore, type WebStorage, webStorageIntents } from "./intents.ts";
export { afterSteps } from "./said.ts";
export type { IntentSurface, Method, Surface } from "./surface.ts";
export type { Amounts } from "./to-wire.ts";
export type { Token } from "./token.ts";
export type { WatchedTopic, WatchOptions, WatchState } from "./watch.ts";
export type { HoldRequest, HoldSettled, HoldWork, WithHold } from "./with-hold.ts";
