/** What can be served, each in a process of its own. */
export const SERVED = {
  holdfast: "Holdfast: its host, its write path",
  textbook: "tRPC's stock Fastify adapter over the textbook transaction",
  "lean-no-op": "Holdfast's host over a write path that answers a constant",
  "stock-no-op": "the same behind tRPC's stock Fastify adapter",
} as const;

export type Served = keyof typeof SERVED;

export interface ServeOrder {
  readonly served: Served;
  readonly databaseUrl: string;
  /** Signs the callers' token. */
  readonly secret: string;
}

export interface ServeReport {
  readonly port: number;
}
