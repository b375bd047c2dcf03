import type { Random } from "../random.ts";
import type { Book } from "./book.ts";
import type { Intent } from "./intent.ts";

/** Makes an intent of one kind from what is known; undefined when nothing fits it yet. */
export type Make = (random: Random, book: Book, keyClockMs: number) => Intent | undefined;

export interface Maker {
  readonly weight: number;
  readonly make: Make;
}
