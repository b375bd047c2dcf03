import type { Role } from "../principal.ts";

/** A key under its lock. */
export interface StoredKey {
  readonly id: string;
  readonly subject: string;
  readonly role: Role;
  readonly revokedAtMs: number | undefined;
}

export interface NewKey extends Omit<StoredKey, "revokedAtMs"> {
  readonly secretHash: string;
}

export type KeyChange =
  | { readonly type: "create"; readonly key: NewKey }
  | { readonly type: "revoke"; readonly keyId: string; readonly atMs: number };

/** The keys that a batch has locked, as they are after each decision, and what it has decided to write. */
export class KeyRows {
  readonly keys = new Map<string, StoredKey>();
  readonly created: (NewKey & { readonly operationId: string })[] = [];
  readonly revoked: string[] = [];

  apply(change: KeyChange, operationId: string): void {
    if (change.type === "create") {
      this.created.push({ ...change.key, operationId });
      return;
    }
    const key = this.keys.get(change.keyId);
    if (key === undefined) throw new TypeError("a key that is revoked is locked");
    this.keys.set(key.id, { ...key, revokedAtMs: change.atMs });
    this.revoked.push(key.id);
  }
}
