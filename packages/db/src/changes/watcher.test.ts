import { describe, expect, test } from "vitest";
import { Watcher } from "./watcher.ts";

const topic = { kind: "wallet", id: "a" };
const change = (version: bigint) => ({ id: "a", version, data: null });

/** What is queued for it. */
async function queued(watcher: Watcher): Promise<string[]> {
  const { value } = await watcher.events().next();
  return (value ?? []).map(({ type, version }) => `${type} ${version}`);
}

describe("a watcher", () => {
  test("takes the next version, nothing twice, and tells when versions before it are missing", async () => {
    const watcher = new Watcher();
    watcher.seen.set("key", 3n);
    expect([4n, 4n, 2n, 5n].map((version) => watcher.take("key", topic, change(version)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(watcher.take("key", topic, change(7n))).toBe(false);
    expect(watcher.seen.get("key")).toBe(5n);
    expect(await queued(watcher)).toEqual(["change 4", "change 5"]);
  });

  test("goes on from the version to which it is reset", async () => {
    const watcher = new Watcher();
    watcher.reset("key", topic, 9n);
    watcher.take("key", topic, change(9n));
    watcher.take("key", topic, change(10n));
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
