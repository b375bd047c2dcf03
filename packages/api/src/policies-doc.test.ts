import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { appRouter } from "./app-router.ts";
import { policiesOf } from "./policy.ts";

const doc = readFileSync(new URL("../../../docs/security.md", import.meta.url), "utf8");

test("docs/security.md says of every procedure who may call it", () => {
  const rows = [...doc.matchAll(/^\| `([a-z]+\.\w+)` \| (\S+) \| \S.* \|$/gm)];
  const told = rows.map(([, path, policy]) => `${path} ${policy}`);
  const declared = [...policiesOf(appRouter)].map(([path, policy]) => `${path} ${policy}`);
  expect(told.toSorted()).toEqual(declared.toSorted());
});
