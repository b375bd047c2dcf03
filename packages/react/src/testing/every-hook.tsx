import type { Holdfast } from "@holdfast/client";
import type { QueryClient } from "@tanstack/react-query";
import type { Reader } from "../index.ts";
import * as holdfast from "../index.ts";

/** Something of each kind, all ada's to see. */
export interface Things {
  readonly walletId: string;
  readonly showId: string;
  readonly conversationId: string;
  /** Of the operation that began the conversation. */
  readonly key: string;
}

export interface Shown {
  /** What a component shows of the hook. */
  readonly text: (things: Things) => unknown;
  /** What that is once everything is read. */
  readonly whenRead: unknown;
}

const send = () => Promise.reject(new Error("nothing is sent here"));
const stateOf = ({ state }: { state: { status: string } }) => state.status;
const idle = "idle";

/** Every hook of this package that shows something, by its name. */
export const everyHook: Record<string, Shown> = {
  useWallet: { text: ({ walletId }) => holdfast.useWallet(walletId).data?.balance, whenRead: "75" },
  useSuspenseWallet: {
    text: ({ walletId }) => holdfast.useSuspenseWallet(walletId).data.balance,
    whenRead: "75",
  },
  useWallets: { text: () => holdfast.useWallets().data?.length, whenRead: 1 },
  useSuspenseWallets: { text: () => holdfast.useSuspenseWallets().data.length, whenRead: 1 },
  useWalletHistory: {
    text: ({ walletId }) => holdfast.useWalletHistory(walletId).data?.pages[0]?.entries.length,
    whenRead: 1,
  },
  useSuspenseWalletHistory: {
    text: ({ walletId }) => holdfast.useSuspenseWalletHistory(walletId).data.pages[0]?.entries.length,
    whenRead: 1,
  },
  useBoost: { text: ({ walletId }) => stateOf(holdfast.useBoost(walletId)), whenRead: idle },
  useTransfer: { text: ({ walletId }) => stateOf(holdfast.useTransfer(walletId)), whenRead: idle },
  useOpenWallet: { text: () => stateOf(holdfast.useOpenWallet()), whenRead: idle },
  useIntent: { text: () => stateOf(holdfast.useIntent("one's own", send)), whenRead: idle },
  useStream: { text: ({ walletId }) => holdfast.useStream(walletId).ticks.length, whenRead: 0 },
  useShows: { text: () => holdfast.useShows().data?.length, whenRead: 1 },
  useSuspenseShows: { text: () => holdfast.useSuspenseShows().data.length, whenRead: 1 },
  useSeatMap: { text: ({ showId }) => holdfast.useSeatMap(showId).show?.name, whenRead: "A show" },
  useSuspenseSeatMap: {
    text: ({ showId }) => holdfast.useSuspenseSeatMap(showId).show.name,
    whenRead: "A show",
  },
  useReservation: {
    text: ({ showId }) => holdfast.useReservation(showId).reservation?.seats.length ?? "none",
    whenRead: "none",
  },
  useConversation: {
    text: ({ conversationId }) => holdfast.useConversation(conversationId).conversation?.title,
    whenRead: "A talk",
  },
  useSuspenseConversation: {
    text: ({ conversationId }) => holdfast.useSuspenseConversation(conversationId).conversation.title,
    whenRead: "A talk",
  },
  useConversations: { text: () => holdfast.useConversations().data?.length, whenRead: 1 },
  useSuspenseConversations: { text: () => holdfast.useSuspenseConversations().data.length, whenRead: 1 },
  useCreateConversation: { text: () => stateOf(holdfast.useCreateConversation()), whenRead: idle },
  useAnswerCosts: { text: ({ walletId }) => holdfast.useAnswerCosts(walletId).size, whenRead: 0 },
  useOperation: {
    text: ({ key }) => holdfast.useOperation(key).data?.kind,
    whenRead: "conversations.create",
  },
  useFeedState: { text: () => holdfast.useFeedState() !== undefined, whenRead: true },
  useHoldfast: { text: () => holdfast.useHoldfast().identity, whenRead: "1:ada" },
};

/** Reads ahead whatever a hook reads. */
export async function readAhead(queryClient: QueryClient, reader: Reader, things: Things): Promise<void> {
  const { walletId, showId, conversationId, key } = things;
  await Promise.all([
    queryClient.prefetchQuery(holdfast.walletQuery(reader, walletId)),
    queryClient.prefetchQuery(holdfast.walletsQuery(reader)),
    queryClient.prefetchInfiniteQuery(holdfast.walletHistoryQuery(reader, walletId)),
    queryClient.prefetchQuery(holdfast.showsQuery(reader)),
    queryClient.prefetchQuery(holdfast.showQuery(reader, showId)),
    queryClient.prefetchQuery(holdfast.conversationsQuery(reader)),
    queryClient.prefetchQuery(holdfast.conversationQuery(reader, conversationId)),
    queryClient.prefetchQuery(holdfast.operationQuery(reader, key)),
  ]);
}

/** `asAda` and `asShop`: clients of a server. */
export async function makeThings(asAda: Holdfast, asShop: Holdfast, ownerId = "ada"): Promise<Things> {
  const wallet = await asShop.wallets.open({ currency: "sat", ownerId });
  const { walletId } = await asShop.wallets.credit({ walletId: wallet.walletId, amount: 75n });
  const { showId } = await asShop.shows.create({
    name: "A show",
    categories: [{ id: "standard", price: "0" }],
    sections: [{ id: "stalls", rows: [{ id: "A", seats: [{ id: "A1" }, { id: "A2" }] }] }],
  });
  const key = `${ownerId} begins a talk`;
  const { conversationId } = await asAda.conversations.create({ title: "A talk" }, { idempotencyKey: key });
  return { walletId, showId, conversationId, key };
}
