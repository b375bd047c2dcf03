import type { LabEvent } from "@holdfast/race-lab/stories";
import { createParser } from "eventsource-parser";
import { type Choice, type Side, settingNames } from "./address.ts";
import type { Problem } from "./race.ts";

/** Runs one strategy of a choice on the server. Leaving the events, or aborting, stops the run there. */
export async function* runRace(
  { story, settings, ...choice }: Choice,
  side: Side,
  signal: AbortSignal,
): AsyncGenerator<readonly LabEvent[], void, undefined> {
  const query = new URLSearchParams({ story: story.id, strategy: choice[side].id });
  for (const name of settingNames) query.set(name, String(settings[name]));
  const response = await fetch(`/demo/lab/run?${query}`, {
    headers: { accept: "text/event-stream" },
    signal,
    cache: "no-store",
  });
  if (!response.ok || response.body === null) throw new RunRefused(await problemOf(response));
  let events: LabEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.feed(value);
      const some = events;
      events = [];
      if (some.length > 0) yield some;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The server did not begin the run. */
export class RunRefused extends Error {
  override readonly name = "RunRefused";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Errors are told as to tRPC's clients, unless something else than the server has answered. */
async function problemOf(response: Response): Promise<Problem> {
  const body: Partial<WireAnswer> = await response.json().catch(() => ({}));
  return {
    code: body.error?.data.code ?? "UNEXPECTED_REPLY",
    message:
      body.error?.message ??
      `Something answered with HTTP status ${response.status}, and it is not Holdfast.`,
  };
}

interface WireAnswer {
  readonly error: { readonly message: string; readonly data: { readonly code: string } };
}
