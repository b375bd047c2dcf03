import { v7 as newKey } from "uuid";
import type { Caller } from "../history.ts";
import type { Random } from "../random.ts";

/** One thing that a client wants to happen once. */
export interface Intent {
  readonly caller: Caller;
  readonly procedure: string;
  readonly input: Readonly<Record<string, unknown>>;
}

let memos = 0;

/** A canary: it must appear in no error and in no log. Counted too, for among tens of thousands two would draw the same number. */
export const memo = (random: Random): string => `canary-${random.whole(1, 1_000_000_000)}${memos++}`;

/** The key of a client whose clock may be hours off. */
export const key = (keyClockMs: number): string => newKey({ msecs: keyClockMs });
