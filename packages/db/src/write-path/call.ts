import { callerOf, type Principal } from "../principal.ts";
import type { Command, Feature, Need, Outcome } from "./feature.ts";
import type { Registry } from "./registry.ts";
import type { Fingerprint } from "./replay.ts";

/** One caller's command, parsed: what `Registry.parse` made of it, and who sent it. */
export interface Call extends Fingerprint {
  readonly principal: Principal;
  readonly feature: Feature;
  readonly command: Command;
  readonly needs: readonly Need[];
}

/** What became of a call. Only what is recorded is an outcome; a call that is stuck has not been looked at. */
export type Result =
  | {
      readonly type: "outcome";
      readonly outcome: Outcome;
      readonly replayed: boolean;
      readonly operationId?: string | undefined;
    }
  | { readonly type: "not-executed"; readonly code: string; readonly details: unknown }
  | { readonly type: "stuck"; readonly need: Need };

export function createCall(registry: Registry, principal: Principal, kind: string, sent: unknown): Call {
  const { feature, command, input } = registry.parse(kind, sent);
  return {
    principal,
    feature,
    command,
    kind,
    input,
    caller: callerOf(principal),
    needs: feature.needs(command, principal),
  };
}
