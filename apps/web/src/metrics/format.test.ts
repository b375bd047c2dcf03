import { expect, it } from "vitest";
import { formatBytes, formatCount, formatSeconds } from "./format.ts";

it.each([
  [0, "0"],
  [0.1, "0.1"],
  [0.0333, "0.033"],
  [1, "1"],
  [12.34, "12.3"],
  [282.4, "282"],
  [34_000, "34,000"],
])("counts: %s is %s", (value, text) => expect(formatCount(value)).toBe(text));

it.each([
  [0.00042, "0.42 ms"],
  [0.0042, "4.2 ms"],
  [0.0291, "29 ms"],
  [0.512, "512 ms"],
  [1.024, "1.02 s"],
])("seconds: %s is %s", (value, text) => expect(formatSeconds(value)).toBe(text));

it("bytes", () => expect(formatBytes(179_000_000)).toBe("171 MiB"));
