import type { Holdfast } from "@holdfast/client";

/** Who reads, and through what: of `useHoldfast()` in a component; made for one request where a server reads ahead. */
export interface Reader {
  readonly client: Holdfast;
  readonly identity: string;
}

/** Of every query: the client tries again by itself until its deadline, so that Query need not do so once more. */
export const BY_THE_CLIENT = { retry: false } as const;
