import { describe, expect, it } from "vitest";
import { MAX_CHOSEN, partTaken, toggle } from "./choice.ts";
import { markOf, mineOf } from "./mark.ts";

const none: ReadonlySet<string> = new Set();

describe("a choice", () => {
  it("takes a free seat and gives it back", () => {
    expect(toggle(["a"], "b", "free").chosen).toEqual(["a", "b"]);
    expect(toggle(["a", "b"], "a", "chosen").chosen).toEqual(["b"]);
  });
  it.each(["yours", "held", "sold", "blocked"] as const)("takes no seat that is %s, and says why", (mark) => {
    const next = toggle(["a"], "b", mark);
    expect(next.chosen).toEqual(["a"]);
    expect(next.because).toMatch(/\.$/);
  });
  it("takes no more than a reservation does", () => {
    const full = Array.from({ length: MAX_CHOSEN }, (_, at) => `seat ${at}`);
    expect(toggle(full, "one more", "free")).toMatchObject({
      chosen: full,
      because: expect.stringContaining("50"),
    });
  });
  it("loses what somebody else has by now", () => {
    const statusOf = (id: string) => (id === "b" ? "held" : "free");
    expect(partTaken(["a", "b"], statusOf)).toEqual({ free: ["a"], taken: ["b"] });
  });
});

describe("a mark", () => {
  it("shows one's own seat as such before the change feed does, and a chosen one only while it is free", () => {
    const seen = { statusOf: () => "free" as const, chosen: new Set(["a"]), mine: new Set(["b"]) };
    expect(["a", "b", "c"].map((id) => markOf(id, seen))).toEqual(["chosen", "yours", "free"]);
    expect(markOf("a", { ...seen, statusOf: () => "held" })).toBe("held");
  });
  it("calls no seat one's own when the hold is over", () => {
    const reservation = { status: "held", seats: ["a"] } as const;
    const of = (secondsLeft: number | undefined, status: "held" | "confirmed" = "held") =>
      mineOf({ reservation: { ...reservation, status } as never, secondsLeft });
    expect(of(1)).toEqual(new Set(["a"]));
    expect(of(0)).toEqual(none);
    expect(of(undefined, "confirmed")).toEqual(new Set(["a"]));
  });
});
