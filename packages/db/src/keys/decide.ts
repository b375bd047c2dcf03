import { refuse } from "../wallets/guards.ts";
import type { DecideContext, Refusal } from "../write-path/feature.ts";
import type { KeyCreated, KeyKind, KeyRevoked, ParsedKeyInput } from "./commands.ts";
import type { KeyChange, KeyRows } from "./key.ts";
import { hashSecret, secretOf } from "./secret.ts";

/** A parsed command on API keys. */
export type KeyCommand = { [K in KeyKind]: { kind: K } & ParsedKeyInput<K> }[KeyKind];

/** What is recorded of a new key: the hash in place of the key itself. */
export type KeyRecorded = Omit<KeyCreated, "apiKey"> & { secretHash: string };

type Verdict =
  | {
      readonly ok: true;
      readonly data: KeyRecorded | KeyRevoked;
      readonly changes: { readonly keys: readonly KeyChange[] };
    }
  | Refusal;

/** Decides one command on locked keys: admins alone, and those of their own tenant, for nobody else's are ever locked. */
export function decideKey(rows: KeyRows, command: KeyCommand, context: DecideContext): Verdict {
  if (context.principal.role !== "admin") return refuse("FORBIDDEN", { needs: "admin" });
  switch (command.kind) {
    case "keys.create":
      return decideCreate(command, context);
    case "keys.revoke":
      return decideRevoke(rows, command, context);
  }
}

function decideCreate(
  { subject, role }: Extract<KeyCommand, { kind: "keys.create" }>,
  { principal: { tenantId }, operationId, newId, derive }: DecideContext,
): Verdict {
  const id = newId();
  const secretHash = hashSecret(secretOf(id, derive));
  return {
    ok: true,
    data: { operationId, keyId: id, tenantId, subject, role, secretHash },
    changes: { keys: [{ type: "create", key: { id, subject, role, secretHash } }] },
  };
}

function decideRevoke(
  rows: KeyRows,
  { keyId }: Extract<KeyCommand, { kind: "keys.revoke" }>,
  { operationId, nowMs }: DecideContext,
): Verdict {
  const key = rows.keys.get(keyId);
  if (key === undefined) return refuse("NOT_FOUND", { what: "keyId" });
  const { subject, role, revokedAtMs } = key;
  const revokedAt = new Date(revokedAtMs ?? nowMs).toISOString();
  const data = { operationId, keyId, subject, role, revokedAt };
  // What was asked for is so already.
  if (revokedAtMs !== undefined) return { ok: true, data, changes: { keys: [] } };
  return { ok: true, data, changes: { keys: [{ type: "revoke", keyId, atMs: nowMs }] } };
}
