import { z } from "zod";
import * as field from "../fields.ts";
import type { Role } from "../principal.ts";

/** What each command on API keys takes. One schema serves the wire and callers in process. */

const key = { idempotencyKey: field.idempotencyKey };

/** Input schemas by command kind; a kind is the name of the procedure that sends it. */
export const keyInputs = {
  /** The key's bearer is this subject, with this role, in the caller's tenant. */
  "keys.create": z.strictObject({
    ...key,
    subject: field.text(255),
    role: z.enum(["user", "service", "admin"]),
  }),
  "keys.revoke": z.strictObject({ ...key, keyId: field.id }),
} as const;

type Inputs = typeof keyInputs;
export type KeyKind = keyof Inputs;
/** What a caller passes, by kind. */
export type KeyInput<K extends KeyKind> = z.input<Inputs[K]>;
export type ParsedKeyInput<K extends KeyKind> = z.output<Inputs[K]>;

export interface KeyCreated {
  operationId: string;
  keyId: string;
  tenantId: number;
  subject: string;
  role: Role;
  /**
   * The key itself, to be kept: it is not stored. Whoever repeats the call is told it again, but for null after a change of the
   * secret that it derives from; the key goes on working.
   */
  apiKey: string | null;
}

export interface KeyRevoked {
  operationId: string;
  keyId: string;
  subject: string;
  role: Role;
  /** ISO 8601, by the database's clock; of the first time, when it had been revoked before. */
  revokedAt: string;
}

/** What each command answers, by kind. */
export interface KeyAnswers {
  "keys.create": KeyCreated;
  "keys.revoke": KeyRevoked;
}
