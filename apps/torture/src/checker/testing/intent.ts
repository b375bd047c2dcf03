import type { Caller } from "../../history.ts";
import type { Fields } from "./tiny-store.ts";

/** One thing that a client wants. */
export interface Intent {
  readonly caller: Caller;
  readonly procedure: string;
  readonly input: Fields;
}
