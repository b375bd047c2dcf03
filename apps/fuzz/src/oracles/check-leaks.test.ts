import { expect, test } from "vitest";
import { checkLeaks } from "./check-leaks.ts";

const STRANGER = "01a21848-f6df-7c38-b94e-2dff37fe16fe";
const secrets = {
  never: ["the-secret-of-the-process"],
  isForbidden: (mark: string) => mark !== "canary-1-ada",
  isStrangers: (id: string) => id === STRANGER,
};
const leaksOf = (body: string, status = 400, request = "") =>
  checkLeaks(
    request,
    { end: "answered", responses: [{ status, head: "HTTP/1.1", contentType: "", body, complete: true }] },
    secrets,
  ).length;

test.each([
  ["a statement", "select id from holdfast.wallets where id = $1"],
  ["a message of Postgres", 'duplicate key value violates unique constraint "operations_key_once"'],
  ["a stack", "at Object.run (/srv/holdfast/cli.mjs:41:20)"],
  ["a path", "can't read /srv/holdfast/secret.json"],
  ["a message of JavaScript", "Cannot read properties of undefined (reading 'trim')"],
  ["a secret", "the-secret-of-the-process"],
  ["another tenant's text", "canary-2-bob"],
  ["another tenant's id", STRANGER],
])("%s in an error is a leak, and only an echo if the caller has said it", (_name, body) => {
  expect(leaksOf(body)).toBeGreaterThan(0);
  if (!secrets.never.includes(body)) expect(leaksOf(body, 400, `POST /\r\n\r\n${body}`)).toBe(0);
});

test("an error of a batch is looked at as any other", () => {
  expect(leaksOf('[{"result":{"data":1}},{"error":{"message":"select a from b"}}]', 207)).toBe(1);
});

test("what may be told is no leak", () => {
  expect(leaksOf("There is no such thing, or the caller may not see it; nothing was executed.")).toBe(0);
  expect(leaksOf("canary-1-ada", 200)).toBe(0);
  // Their own words: what is stored may look like anything.
  expect(leaksOf('[{"result":{"data":"select a from b"}},{"error":{"message":"no"}}]', 207)).toBe(0);
  expect(leaksOf('{"result":{"data":"select a from b"}}', 200)).toBe(0);
});
