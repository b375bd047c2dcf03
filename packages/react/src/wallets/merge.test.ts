import { describe, expect, it } from "vitest";
import type { HistoryEntry, Wallet } from "../client-types.ts";
import { isOlder, knownPage, mergeHistory, mergeState, mergeWallet, mergeWallets } from "./merge.ts";

const wallet = (version: string, balance: string, walletId = "w1"): Wallet => ({
  walletId,
  ownerId: "ada",
  currency: "sat",
  minBalance: "0",
  balance,
  held: "0",
  available: balance,
  version,
});

const history = (...versions: string[]) => ({
  pages: [{ entries: versions.map((version) => ({ version }) as HistoryEntry), next: null }],
  pageParams: [undefined],
});

describe("versions", () => {
  it("compare as numbers, beyond what a double can hold", () => {
    expect(isOlder({ version: "9" }, { version: "10" })).toBe(true);
    expect(isOlder({ version: "9007199254740992" }, { version: "9007199254740993" })).toBe(true);
    expect(isOlder({ version: "5" }, { version: "5" })).toBe(false);
  });
});

describe("a wallet just read", () => {
  it.each([
    { name: "fills an empty cache", cached: undefined, read: wallet("3", "30"), expected: "30" },
    { name: "replaces an older one", cached: wallet("2", "20"), read: wallet("3", "30"), expected: "30" },
    {
      name: "never overwrites a newer one",
      cached: wallet("4", "40"),
      read: wallet("3", "30"),
      expected: "40",
    },
    {
      name: "replaces one of the same version",
      cached: wallet("3", "31"),
      read: wallet("3", "30"),
      expected: "30",
    },
  ])("$name", ({ cached, read, expected }) => {
    expect(mergeWallet(cached, read).balance).toBe(expected);
  });

  it("is merged wallet by wallet in a list, whose membership is as read", () => {
    const cached = [wallet("9", "90", "a"), wallet("1", "10", "gone")];
    const read = [wallet("1", "5", "new"), wallet("8", "80", "a")];
    expect(mergeWallets(cached, read).map((w) => [w.walletId, w.balance])).toEqual([
      ["new", "5"],
      ["a", "90"],
    ]);
  });
});

describe("a confirmed mutation", () => {
  const state = (version: string) => ({ walletId: "w1", balance: "7", held: "2", available: "5", version });

  it("changes the figures and keeps the rest", () => {
    expect(mergeState(wallet("3", "30"), state("4"))).toEqual({
      ...wallet("4", "7"),
      held: "2",
      available: "5",
    });
  });

  it.each(["2", "3"])("that was replayed from version %s does not turn version 3 back", (version) => {
    const cached = wallet("3", "30");
    expect(mergeState(cached, state(version))).toBe(cached);
  });

  it("leaves another wallet alone", () => {
    const cached = wallet("3", "30", "w2");
    expect(mergeState(cached, state("4"))).toBe(cached);
  });
});

describe("a history just read", () => {
  it.each([
    { name: "fills an empty cache", cached: undefined, read: history("2", "1"), newest: "2" },
    { name: "brings newer rows", cached: history("2", "1"), read: history("3", "2"), newest: "3" },
    {
      name: "never takes newer rows away",
      cached: history("10", "9"),
      read: history("9", "8"),
      newest: "10",
    },
    { name: "never empties a full one", cached: history("1"), read: history(), newest: "1" },
  ])("$name", ({ cached, read, newest }) => {
    expect(mergeHistory(cached, read).pages[0]?.entries[0]?.version).toBe(newest);
  });
});

describe("an older page", () => {
  const cached = {
    pages: [...history("7", "6", "5").pages, ...history("4", "3", "2").pages, ...history("1").pages],
    pageParams: [undefined, "5", "2"],
  };
  const versions = (before: bigint, limit: number, from = cached) =>
    knownPage(from, before, limit)?.entries.map((row) => row.version);

  it.each([
    { before: 5n, limit: 3, expected: ["4", "3", "2"], next: "2" },
    { before: 7n, limit: 3, expected: ["6", "5", "4"], next: "4" },
    { before: 3n, limit: 3, expected: ["2", "1"], next: null },
    { before: 3n, limit: 2, expected: ["2", "1"], next: null },
  ])("before $before is answered from rows that were read", ({ before, limit, expected, next }) => {
    expect(versions(before, limit)).toEqual(expected);
    expect(knownPage(cached, before, limit)?.next).toBe(next);
  });

  it("is read when the cache holds only a part of it, or rows with a gap", () => {
    expect(versions(20n, 3)).toBeUndefined();
    expect(versions(1n, 3)).toBeUndefined();
    expect(versions(6n, 3, history("7", "6", "5", "4"))).toBeUndefined();
    expect(versions(8n, 3, history("7", "6", "4"))).toBeUndefined();
    expect(knownPage(undefined, 5n, 3)).toBeUndefined();
  });
});
