import type { Derive, Feature } from "../write-path/feature.ts";
import { type KeyCreated, keyInputs } from "./commands.ts";
import { decideKey, type KeyCommand, type KeyRecorded } from "./decide.ts";
import type { KeyChange, KeyRows } from "./key.ts";
import { lockKeyRows, writeKeyRows } from "./rows.ts";
import { hashSecret, makeApiKey, secretOf } from "./secret.ts";
import { keyChecks } from "./verify.ts";
import { writtenByKeys } from "./written.ts";

/** The API keys' face to the write path. A key is of interest to nobody but admins, so there is nothing to watch. */
export const keysFeature: Feature<KeyCommand, KeyRows, KeyChange> = {
  name: "keys",
  inputs: keyInputs,
  needs: (command) => (command.kind === "keys.revoke" ? [{ feature: "keys", key: command.keyId }] : []),
  lock: lockKeyRows,
  decide: (all, command, context) => decideKey(all["keys"] as KeyRows, command, context),

  apply(rows, changes, operationId) {
    for (const change of changes) rows.apply(change, operationId);
  },

  tell: (kind, data, derive) => (kind === "keys.create" ? tellCreated(data as KeyRecorded, derive) : data),
  write: writeKeyRows,
  written: writtenByKeys,
  checks: keyChecks,
};

/** The key itself in place of its hash, if it is the one that was told at first. */
function tellCreated({ secretHash, ...created }: KeyRecorded, derive: Derive): KeyCreated {
  const secret = secretOf(created.keyId, derive);
  return {
    ...created,
    apiKey: hashSecret(secret) === secretHash ? makeApiKey({ ...created, secret }) : null,
  };
}
