import type { Reply } from "../history.ts";
import type { Random } from "../random.ts";
import type { Intent } from "./intent.ts";

export interface KnownConversation {
  readonly id: string;
  readonly tenantId: number;
  readonly ownerId: string;
  /** One of the few in which everybody writes. */
  readonly hot: boolean;
  /** As anybody was told last. */
  lastSeq: number;
  version: number;
  /** The newest messages that somebody tried to write, acknowledged or not. */
  readonly tried: Fields[];
  /** The newest answers that somebody was told of. */
  readonly answers: string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Fewer in a tenant, and another one is begun. */
const HOT = 3;
/** A conversation that is longer is left to its readers: copies of it would fill the history. */
const LONG = 250;
const KEPT = 40;

/** The conversations, messages and answers that the clients know of. */
export class Chats {
  readonly conversations: KnownConversation[] = [];

  needsHot(tenantId: number): boolean {
    return this.#hot(tenantId).length < HOT;
  }

  /** Mostly one in which everybody writes, else any of the newer ones. */
  pick(random: Random, tenantId?: number): KnownConversation | undefined {
    const all = this.conversations.filter((one) => tenantId === undefined || one.tenantId === tenantId);
    const hot = tenantId === undefined ? all.filter(isHot) : this.#hot(tenantId);
    const choices = hot.length > 0 && random.chance(0.75) ? hot : all.slice(-40);
    return choices.length === 0 ? undefined : random.pick(choices);
  }

  learn({ caller, procedure, input }: Intent, reply: Reply): void {
    if (reply.kind !== "success" || !procedure.startsWith("conversations.")) return;
    const { data } = reply;
    const { tenantId, subject } = caller;
    const id = `${data["conversationId"]}`;
    if (procedure === "conversations.create" || procedure === "conversations.importJson") {
      const known = { id, tenantId, ownerId: `${input["ownerId"] ?? subject}`, lastSeq: 0, version: 0 };
      const hot = procedure === "conversations.create" && this.needsHot(tenantId);
      this.conversations.push({ ...known, hot, tried: [], answers: [] });
    }
    const conversation = this.conversations.find((one) => one.id === id);
    if (conversation === undefined) return;
    conversation.lastSeq = Math.max(conversation.lastSeq, Number(data["lastSeq"] ?? 0));
    conversation.version = Math.max(conversation.version, Number(data["version"] ?? 0));
    const { answer } = data as { answer?: { answerId: string } | null };
    const answerId = procedure === "conversations.get" ? data["answerId"] : answer?.answerId;
    if (typeof answerId === "string" && !conversation.answers.includes(answerId))
      keep(conversation.answers, answerId);
  }

  #hot(tenantId: number): KnownConversation[] {
    return this.conversations.filter((one) => one.tenantId === tenantId && isHot(one));
  }
}

const isHot = ({ hot, lastSeq }: KnownConversation): boolean => hot && lastSeq < LONG;

/** Remembers the newest few. */
export function keep<T>(all: T[], one: T): void {
  all.push(one);
  if (all.length > KEPT) all.shift();
}
