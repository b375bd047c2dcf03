import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Principal } from "../principal.ts";
import { ada, root, shop } from "../testing/factories.ts";
import type { DecideContext } from "../write-path/feature.ts";
import { decideKey, type KeyCommand } from "./decide.ts";
import { KeyRows, type StoredKey } from "./key.ts";
import { hashSecret } from "./secret.ts";

const NOW_MS = Date.parse("2026-01-02T03:04:05.678Z");
const idempotencyKey = "key";

function context(by: Principal): DecideContext {
  const derive = (text: string) => `secret of ${text}`;
  return { principal: by, nowMs: NOW_MS, operationId: "op", newId: () => "new", derive };
}

function locked(...keys: StoredKey[]): KeyRows {
  const rows = new KeyRows();
  for (const key of keys) rows.keys.set(key.id, key);
  return rows;
}

const working: StoredKey = { id: "k", subject: "jobs", role: "service", revokedAtMs: undefined };
const ended: StoredKey = { ...working, revokedAtMs: NOW_MS - 1_000 };
const create: KeyCommand = { kind: "keys.create", idempotencyKey, subject: "jobs", role: "service" };
const revoke: KeyCommand = { kind: "keys.revoke", idempotencyKey, keyId: "k" };
const revoked = { operationId: "op", keyId: "k", subject: "jobs", role: "service" };

describe("each command, its refusals last", () => {
  interface Case {
    readonly name: string;
    readonly keys?: StoredKey[];
    readonly command: KeyCommand;
    readonly by?: Principal;
    readonly expected: object;
  }
  const forbidden = { ok: false, code: "FORBIDDEN", details: { needs: "admin" } };
  const recorded = { operationId: "op", keyId: "new", tenantId: 1, subject: "jobs", role: "service" };
  const secretHash = hashSecret("secret of api key new");
  const key = { id: "new", subject: "jobs", role: "service", secretHash };
  test.each<Case>([
    {
      name: "create records the hash alone",
      command: create,
      expected: {
        ...{ ok: true, data: { ...recorded, secretHash } },
        changes: { keys: [{ type: "create", key }] },
      },
    },
    {
      name: "revoke ends one that works",
      keys: [working],
      command: revoke,
      expected: {
        ...{ ok: true, data: { ...revoked, revokedAt: "2026-01-02T03:04:05.678Z" } },
        changes: { keys: [{ type: "revoke", keyId: "k", atMs: NOW_MS }] },
      },
    },
    {
      name: "revoke leaves one alone that has ended",
      keys: [ended],
      command: revoke,
      expected: {
        ...{ ok: true, data: { ...revoked, revokedAt: "2026-01-02T03:04:04.678Z" } },
        changes: { keys: [] },
      },
    },
    {
      name: "revoke of none",
      command: revoke,
      expected: { ok: false, code: "NOT_FOUND", details: { what: "keyId" } },
    },
    { name: "create by a user", command: create, by: ada, expected: forbidden },
    { name: "create by a service", command: create, by: shop, expected: forbidden },
    { name: "revoke by a user", keys: [working], command: revoke, by: ada, expected: forbidden },
    { name: "revoke of none by a user, told the same", command: revoke, by: ada, expected: forbidden },
  ])("$name", ({ keys = [], command, by = root, expected }) => {
    expect(decideKey(locked(...keys), command, context(by))).toEqual(expected);
  });
});

test("in any order of revocations, each key ends once, at the first", () => {
  const ids = ["a", "b", "c"];
  const step = fc.record({ keyId: fc.constantFrom(...ids, "none"), by: fc.constantFrom(root, ada) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const rows = locked(...ids.map((id) => ({ ...working, id })));
      const endedAt = new Map<string, number>();
      for (const [at, { keyId, by }] of steps.entries()) {
        const nowMs = NOW_MS + at;
        const decision = decideKey(rows, { ...revoke, keyId }, { ...context(by), nowMs });
        const isKey = ids.includes(keyId);
        expect(decision.ok).toBe(isKey && by === root);
        if (!decision.ok) continue;
        if (!endedAt.has(keyId)) endedAt.set(keyId, nowMs);
        expect(decision.data).toMatchObject({ revokedAt: new Date(endedAt.get(keyId) ?? 0).toISOString() });
        for (const change of decision.changes.keys) rows.apply(change, "op");
      }
      expect(new Set(rows.revoked)).toEqual(new Set(endedAt.keys()));
      expect(rows.revoked).toHaveLength(endedAt.size);
    }),
  );
});
