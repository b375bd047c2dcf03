import type { Holdfast, HoldfastFailure } from "@holdfast/client";

/** The answers and inputs that the hooks pass on, as the client types them. */
type Wallets = Holdfast["wallets"];

export type Wallet = Awaited<ReturnType<Wallets["get"]>>;
export type HistoryPage = Awaited<ReturnType<Wallets["history"]>>;
export type HistoryEntry = HistoryPage["entries"][number];
export type BoostInput = Parameters<Wallets["boost"]>[0];
export type BoostData = Awaited<ReturnType<Wallets["boost"]>>;
export type TransferInput = Parameters<Wallets["transfer"]>[0];
export type TransferData = Awaited<ReturnType<Wallets["transfer"]>>;
export type OpenInput = Parameters<Wallets["open"]>[0];
export type OpenData = Awaited<ReturnType<Wallets["open"]>>;
export type StreamInput = Parameters<Wallets["stream"]>[0];
export type StreamData = Awaited<ReturnType<Wallets["stream"]>>;

type Shows = Holdfast["shows"];
type Seats = Holdfast["seats"];

export type Show = Awaited<ReturnType<Shows["get"]>>;
export type ShowSummary = Awaited<ReturnType<Shows["list"]>>["shows"][number];
export type ReserveInput = Omit<Parameters<Seats["reserve"]>[0], "idempotencyKey" | "showId">;
export type Reserved = Awaited<ReturnType<Seats["reserve"]>>;

type Conversations = Holdfast["conversations"];

/** A conversation, its messages by seq without a gap, and the version that this is. */
export type Transcript = Awaited<ReturnType<Conversations["get"]>>;
export type ConversationMessage = Transcript["messages"][number];
export type MessagePage = Awaited<ReturnType<Conversations["messages"]>>;
export type ConversationSummary = Awaited<ReturnType<Conversations["list"]>>["conversations"][number];
export type ConversationCreated = Awaited<ReturnType<Conversations["create"]>>;
export type Sent = Awaited<ReturnType<Conversations["send"]>>;

/** What became of a command: what was asked, what was told, and every row it wrote. */
export type OperationStory = Awaited<ReturnType<Holdfast["operations"]["explain"]>>;

/** The wallet as a mutation's answer tells it. */
export type WalletState = Pick<Wallet, "walletId" | "balance" | "held" | "available" | "version">;

/** How a mutation can fail: `code` narrows `details` (docs/errors.md). */
export type MutationError = HoldfastFailure;
