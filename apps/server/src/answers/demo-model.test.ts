import { streamText } from "ai";
import { expect, test } from "vitest";
import { createDemoModel } from "./demo-model.ts";

function ask(question: string, more: { maxOutputTokens?: number; abortSignal?: AbortSignal } = {}) {
  return streamText({ model: createDemoModel(0), prompt: question, ...more });
}

test("answers the same to the same question, word by word, and counts its tokens", async () => {
  const [one, two] = [ask("what is this?"), ask("what is this?")];
  const words: string[] = [];
  for await (const word of one.textStream) words.push(word);
  expect(words.length).toBeGreaterThan(50);
  expect(words.join("")).toBe(await two.text);
  expect(words.join("")).toMatch(/^You asked: “what is this\?” I am the demo model: .*\.$/);
  expect(await one.finishReason).toBe("stop");
  expect(await one.totalUsage).toMatchObject({
    inputTokens: 4,
    outputTokens: Math.ceil(words.join("").length / 4),
  });
});

test("says no more than it may", async () => {
  const cut = ask("why?", { maxOutputTokens: 20 });
  expect(Math.ceil((await cut.text).length / 4)).toBeLessThanOrEqual(20);
  expect(await cut.finishReason).toBe("length");
});

test("quotes a long question in part, and whole characters of it", async () => {
  expect(await ask("😀".repeat(100)).text).toContain(`“${"😀".repeat(80)}…”`);
});
