import { afterSteps, type Part, type Step } from "@holdfast/db";
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import { convertArrayToReadableStream } from "ai/test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerTooLarge, Gathered } from "./gathered.ts";

/** The parts that the steps add up to, when steps are taken after so many chunks. */
function parts(chunks: readonly UIMessageChunk[], every = 1): Part[] {
  const gathered = new Gathered();
  let all: Part[] = [];
  for (const [at, chunk] of chunks.entries()) {
    gathered.add(chunk);
    if (at % every === 0) all = afterSteps(all, gathered.take());
  }
  return afterSteps(all, gathered.take());
}

/** The same by the AI SDK itself, as it would be sent, without what only its own screen needs. */
async function partsBySdk(chunks: readonly UIMessageChunk[]): Promise<Part[]> {
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream: convertArrayToReadableStream([...chunks]) }))
    last = message;
  const sent = JSON.parse(JSON.stringify(last?.parts ?? [])) as Part[];
  return sent.map((part) => {
    if (part.type !== "text" && part.type !== "reasoning") return part;
    const { state: _, id: __, ...rest } = part;
    return rest as Part;
  });
}

const say = (type: "text" | "reasoning", id: string, ...words: string[]): UIMessageChunk[] => [
  { type: `${type}-start`, id },
  ...words.map((delta): UIMessageChunk => ({ type: `${type}-delta`, id, delta })),
  { type: `${type}-end`, id },
];

const answers: [string, UIMessageChunk[]][] = [
  ["a text", [{ type: "start" }, { type: "start-step" }, ...say("text", "1", "Be", "cause", ".")]],
  ["reasoning before it", [...say("reasoning", "r", "hm", "…"), ...say("text", "1", "Yes")]],
  [
    "ids that come again in the next step",
    [...say("text", "0", "one"), { type: "start-step" }, ...say("text", "0", "two")],
  ],
  [
    "a tool that answers",
    [
      ...say("text", "1", "Let me look."),
      { type: "tool-input-start", toolCallId: "c", toolName: "look" },
      { type: "tool-input-delta", toolCallId: "c", inputTextDelta: '{"at":1}' },
      { type: "tool-input-available", toolCallId: "c", toolName: "look", input: { at: 1 }, title: "Look" },
      { type: "tool-output-available", toolCallId: "c", output: { seen: ["a", null] } },
      ...say("text", "2", "There."),
    ],
  ],
  [
    "a tool that fails, and one that is not what it should be",
    [
      {
        type: "tool-input-available",
        toolCallId: "a",
        toolName: "any",
        input: {},
        dynamic: true,
        providerExecuted: true,
      },
      { type: "tool-output-error", toolCallId: "a", errorText: "no", dynamic: true, providerExecuted: true },
      { type: "tool-input-error", toolCallId: "b", toolName: "look", input: "?", errorText: "bad" },
    ],
  ],
  [
    "a tool that must be approved, and is not",
    [
      { type: "tool-input-available", toolCallId: "a", toolName: "pay", input: { amount: 1 } },
      { type: "tool-approval-request", toolCallId: "a", approvalId: "x" },
      { type: "tool-output-denied", toolCallId: "a" },
    ],
  ],
  [
    "sources, files and data, of which one is replaced",
    [
      { type: "source-url", sourceId: "s", url: "https://example.com/", title: "Example" },
      { type: "source-document", sourceId: "d", mediaType: "text/plain", title: "Paper" },
      { type: "file", url: "data:text/plain,hi", mediaType: "text/plain" },
      { type: "data-weather", id: "w", data: { now: "rain" } },
      { type: "data-note", data: 1, transient: true },
      { type: "data-weather", id: "w", data: { now: "sun" } },
    ],
  ],
];

describe("the steps of an answer add up to the parts that the AI SDK makes of it", () => {
  test.each(answers)("%s", async (_, chunks) => {
    const expected = await partsBySdk(chunks);
    expect(expected.length).toBeGreaterThan(0);
    for (const every of [1, 2, 3, 100]) expect(parts(chunks, every)).toEqual(expected);
  });

  test("whatever is said, and whenever it is saved", async () => {
    const some = fc.array(fc.constantFrom(...answers.map(([, chunks]) => chunks)), { maxLength: 1 });
    const texts = fc.array(
      fc.tuple(
        fc.constantFrom("text" as const, "reasoning" as const),
        fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(texts, some, fc.integer({ min: 1, max: 9 }), async (said, more, every) => {
        const chunks = [...said.flatMap(([type, words], at) => say(type, `${at}`, ...words)), ...more.flat()];
        expect(parts(chunks, every)).toEqual(await partsBySdk(chunks));
      }),
      { numRuns: 200 },
    );
  });
});

test("words that come between two saves are one step", () => {
  const gathered = new Gathered();
  for (const chunk of say("text", "1", "one ", "two ", "three")) gathered.add(chunk);
  expect(gathered.take()).toEqual<Step[]>([{ at: 0, append: "one two three" }]);
  expect([gathered.isEmpty, gathered.take()]).toEqual([true, []]);
});

test("a text without words is no part, and a character that comes in halves is one", () => {
  const chunks = [
    ...say("text", "1"),
    ...say("text", "2", "a\ud83d", "\ude00b"),
    ...say("text", "3", "\udc00\0", "c"),
  ];
  expect(parts(chunks)).toEqual([
    { type: "text", text: "a😀b" },
    { type: "text", text: "c" },
  ]);
});

test("an answer that outgrows a message is ended, and keeps what fits", () => {
  const gathered = new Gathered();
  const long = say("text", "1", "x".repeat(150_000), "y".repeat(150_000));
  expect(() => {
    for (const chunk of long) gathered.add(chunk);
  }).toThrow(AnswerTooLarge);
  const steps = gathered.take();
  expect(steps.map((step) => ("append" in step ? step.append.length : 0))).toEqual([50_000, 50_000, 50_000]);
  const many = new Gathered();
  expect(() => {
    for (let at = 0; at <= 1_000; at++) many.add({ type: "start-step" });
  }).toThrow(AnswerTooLarge);
});
