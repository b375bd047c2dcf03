import { describe, expect, test } from "vitest";
import { Crowd, LOOK_EVERY_MS } from "./crowd.ts";

/** A crowd on a clock of the test's, which serves so many calls between two looks. */
function start(stuck = () => 0) {
  let nowMs = 0;
  const crowd = new Crowd(stuck, nowMs);
  const look = (): void => {
    nowMs += LOOK_EVERY_MS;
    crowd.look(nowMs);
  };
  /** Whoever leaves is followed by somebody new, up to `inside`, for so many looks. */
  const press = (inside: number, servedPerLook: number, looks: number): void => {
    for (let at = 0; at < looks; at++) {
      crowd.enter(Math.max(0, Math.min(inside, crowd.limit) - crowd.inside));
      for (let left = 0; left < servedPerLook && crowd.inside > 0; left++) {
        crowd.leave(1);
        if (crowd.inside < Math.min(inside, crowd.limit)) crowd.enter(1);
      }
      look();
    }
  };
  return { crowd, look, press };
}

describe("a crowd", () => {
  test("that comes at once is let in, and is no longer one when it has been served", () => {
    const { crowd, look } = start();
    crowd.enter(8_000);
    expect(crowd.hasRoom).toBe(true);
    for (let at = 0; at < 9; at++) {
      for (let left = 0; left < 800; left++) crowd.leave(1);
      look();
      expect([at, crowd.limit]).toEqual([at, 10_000]);
    }
    for (let left = 0; left < 800; left++) crowd.leave(1);
    for (let at = 0; at < 20; at++) look();
    expect(crowd.limit).toBe(10_000);
    expect(crowd.expectedMs).toBe(0);
  });

  test("that stands for a second leaves room for what is served in a quarter of one", () => {
    const { crowd, press } = start();
    press(9_000, 800, 30);
    expect(crowd.limit).toBeGreaterThan(1_800);
    expect(crowd.limit).toBeLessThan(2_200);
    expect(crowd.hasRoom).toBe(false);
    expect(crowd.expectedMs).toBeGreaterThan(200);
  });

  test("never leaves room for fewer than a batch has, however slowly they are served", () => {
    const { crowd, press } = start();
    press(9_000, 1, 30);
    expect(crowd.limit).toBe(512);
  });

  test("that is as large as it is quickly served is no standing one", () => {
    const { crowd, press } = start();
    press(1_500, 800, 50);
    expect(crowd.limit).toBe(10_000);
  });

  test("that has grown thin is let in again as before", () => {
    const { crowd, press } = start();
    press(9_000, 800, 30);
    expect(crowd.limit).toBeLessThan(2_200);
    press(100, 800, 100);
    expect(crowd.limit).toBe(10_000);
  });

  test("doesn't count those who wait for somebody else's transaction", () => {
    let stuck = 0;
    const { crowd, look } = start(() => stuck);
    crowd.enter(9_999);
    stuck = 9_900;
    for (let at = 0; at < 30; at++) look();
    expect([crowd.hasRoom, crowd.limit]).toEqual([true, 10_000]);
    crowd.enter(9_950);
    expect(crowd.hasRoom).toBe(false);
  });
});
