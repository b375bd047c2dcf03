import type { Holdfast } from "@holdfast/client";

/** Who reads, and through what: of `useHoldfast()` in a component; made for one request where a server reads ahead. */
export interface Reader {
  readonly client: Holdfast;
  readonly identity: string;
}
