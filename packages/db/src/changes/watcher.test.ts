import { describe, expect, test } from "vitest";
import { type Batch, batchOf, Watcher } from "./watcher.ts";

const topic = { kind: "wallet", id: "a" };
const change = (version: bigint) => ({ id: "a", version, data: null });
function batch(...versions: bigint[]): Batch {
  const made = batchOf(topic, versions.map(change));
  if (made === undefined) throw new Error("a batch has a change at least");
  return made;
}

/** What is queued for it. */
async function queued(watcher: Watcher): Promise<string[]> {
  const { value } = await watcher.events().next();
  return (value ?? []).map(({ type, version }) => `${type} ${version}`);
}

describe("a watcher", () => {
  test("takes the next version, nothing twice, and tells when versions before it are missing", async () => {
    const watcher = new Watcher();
    watcher.seen.set("key", 3n);
    for (const some of [batch(4n), batch(4n), batch(1n, 2n), batch(3n, 4n, 5n), batch(5n)]) {
      expect(watcher.take("key", some)).toBe(true);
    }
    expect(watcher.take("key", batch(7n, 8n))).toBe(false);
    expect(watcher.seen.get("key")).toBe(5n);
    expect(await queued(watcher)).toEqual(["change 4", "change 5"]);
  });

  test("gets the very batch that others get, when nothing else waits for it", async () => {
    const shared = batch(4n, 5n);
    for (const watcher of [new Watcher(), new Watcher()]) {
      watcher.seen.set("key", 3n);
      watcher.take("key", shared);
      expect((await watcher.events().next()).value).toBe(shared.events);
    }
  });

  test("is never told what doesn't follow: a batch ends at a gap", () => {
    expect(batchOf(topic, [])).toBeUndefined();
    expect(batch(4n, 5n, 7n)).toMatchObject({
      first: 4n,
      last: 5n,
      events: [{ version: "4" }, { version: "5" }],
    });
  });

  test("goes on from the version to which it is reset", async () => {
    const watcher = new Watcher();
    watcher.reset("key", topic, 9n);
    watcher.take("key", batch(9n, 10n));
    expect(await queued(watcher)).toEqual(["reset 9", "change 10"]);
  });

  test("ends once, for the first reason", async () => {
    const watcher = new Watcher();
    const next = watcher.events().next();
    watcher.end(new Error("first"));
    watcher.end();
    await expect(next).rejects.toThrow("first");
  });
});
