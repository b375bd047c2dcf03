import type { Random } from "../random.ts";
import type { Intent } from "./intent.ts";

/** What no other intent says, so that it is another call whatever it was before. */
export function otherContent({ input }: Intent, random: Random): object | undefined {
  if ("amount" in input) return { amount: String(random.whole(61, 99)) };
  if ("title" in input) return { title: "another title" };
  if ("messages" in input || "message" in input) return { expectedSeq: "1000000" };
  if ("answerId" in input) return { answerId: input["conversationId"] };
  if ("showId" in input || "expiresInSeconds" in input) return { expiresInSeconds: random.whole(61, 99) };
  return undefined;
}
