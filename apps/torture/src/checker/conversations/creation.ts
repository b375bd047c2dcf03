import { isDeepStrictEqual } from "node:util";
import type { Case, Story } from "../case.ts";
import type { Input } from "../content.ts";
import { contentOfMessage } from "../content.ts";
import { linesOf, rowLine } from "../evidence.ts";
import { askerOf } from "../replay.ts";
import { dataIn, textIn } from "../steps.ts";
import type { Findings } from "../violation.ts";
import { type Meant, meantMessage } from "./model.ts";
import { Transcript } from "./transcript.ts";

/** A transcript for each conversation that was begun, with what it began with; and whether its rows are what was asked for. */
export function openTranscripts(one: Case, findings: Findings): Map<string, Transcript> {
  const transcripts = new Map<string, Transcript>();
  for (const story of one.operations.values()) {
    const { kind, outcome } = story.operation;
    if (!["conversations.create", "conversations.importJson"].includes(kind) || !outcome.ok) continue;
    const id = `${dataIn(story.operation)["conversationId"]}`;
    const thread = one.threads.get(id);
    const evidence = () => [...linesOf(story.askers), rowLine("operations", story.operation)];
    if (thread?.row === undefined)
      findings.add("I8", "a conversation that was begun and is not there", id, evidence);
    if (thread === undefined) continue;
    const { input } = story.operation;
    const ownerId = textIn(input, "ownerId") ?? askerOf(story).subject;
    const transcript = new Transcript(thread, ownerId, textIn(input, "title") ?? null);
    transcripts.set(id, transcript);
    begin(transcript, story, findings);
  }
  for (const { id, row } of one.threads.values()) {
    if (transcripts.has(id)) continue;
    findings.add("I2", "a conversation that nobody began", id, () => [rowLine("conversations", row)]);
  }
  return transcripts;
}

/** Messages without an id are named after their place. */
function begin(transcript: Transcript, story: Story, findings: Findings): void {
  const { id, ownerId, title, thread } = transcript;
  const { operation, askers } = story;
  const messages = ((operation.input["messages"] ?? []) as Input[]).map((message, at): Input => {
    return { ...message, id: message["id"] ?? `imported-${at + 1}` };
  });
  const meant = messages.map((message, at) => meantMessage(message, `${message["id"]}`, at + 1, at + 1));
  const rows = thread.messages.filter(({ operationId }) => operationId === operation.id);
  const count = messages.length;
  const data = { conversationId: id, ownerId, title, lastSeq: `${count}`, version: `${count}` };
  const evidence = () => [
    ...linesOf(askers),
    rowLine("operations", operation),
    rowLine("conversations", thread.row),
    ...rows.slice(0, 4).map((row) => rowLine("messages", row)),
  ];
  const row = thread.row;
  const fits =
    isDeepStrictEqual(dataIn(operation), { operationId: operation.id, ...data }) &&
    (row === undefined ||
      (row.ownerId === ownerId && row.title === title && row.operationId === operation.id)) &&
    areRows(rows, meant);
  if (!fits && thread.sound) findings.add("I8", "a conversation is not as it was begun", id, evidence);
  const { role, subject } = askerOf(story);
  if (role === "user" && ownerId !== subject)
    findings.add(
      "I2",
      "executed what had to be refused",
      `${operation.kind} by ${operation.caller}`,
      evidence,
    );
  for (const [at, message] of messages.entries())
    transcript.learn(`${message["id"]}`, { seq: at + 1, content: contentOfMessage(message) }, count);
  const state = { version: count, lastSeq: count, answer: undefined, waiting: undefined };
  transcript.states.push({ state, story });
  transcript.scenes.push({ story, version: count });
}

/** Whether rows say what was meant, in as many words as were meant. */
export function areRows(rows: readonly object[], meant: readonly Meant[]): boolean {
  return (
    rows.length === meant.length &&
    meant.every((fields, at) => {
      const row = (rows[at] ?? {}) as Meant;
      return Object.keys(fields).every((name) => isDeepStrictEqual(row[name], fields[name]));
    })
  );
}
