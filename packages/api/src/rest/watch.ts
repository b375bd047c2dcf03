import { badRequest } from "../errors.ts";

const TOPIC = /^([a-z_-]{1,50})\/([^/@,]+)(?:@(\d+))?$/;

/** The topics of `?topics=wallet/ID@VERSION,show/ID` as `changes.watch` takes them. */
export function readTopics(text: string): { topics: { kind: string; id: string; since?: string }[] } {
  const topics = text.split(",").map((topic) => {
    const [, kind, id, since] = TOPIC.exec(topic) ?? [];
    if (kind === undefined || id === undefined) {
      const message = "must be like wallet/ID@VERSION, with a comma between two; the version may be left out";
      throw badRequest([{ path: "topics", message }]);
    }
    return { kind, id, ...(since === undefined ? {} : { since }) };
  });
  return { topics };
}

/** `GET /v1/changes` for the document: the one call that does not answer with JSON. */
export const watchOperation = {
  operationId: "changes.watch",
  tags: ["changes"],
  summary: "Watch changes",
  description:
    "Server-sent events: every change of the topics, each version once and in its order. Send the `id` of the last event back as `Last-Event-ID` and the feed goes on where it was, at any replica. A refusal at the start is a problem in JSON; one that comes later is an event named `serialized-error`, and the end.",
  parameters: [
    {
      name: "topics",
      in: "query",
      required: true,
      description:
        "`kind/id` or `kind/id@version`, up to 50 with commas between them. Kinds are wallet, show and conversation; the version is the last one that you know.",
      schema: { type: "string", examples: ["wallet/01a2015b-98fa-7655-acd9-cef53fd3f9ab@1"] },
    },
    {
      name: "Last-Event-ID",
      in: "header",
      description: "The id of the last event that you were told, to go on after it.",
      schema: { type: "string", examples: ["2"] },
    },
  ],
  answer: {
    description:
      "Events whose data is a list of changes; `connected` at first and a `ping` every 15 seconds.",
    content: {
      "text/event-stream": {
        schema: { type: "string" },
        example:
          'event: connected\ndata: {"reconnectAfterInactivityMs":45000}\n\ndata: [{"type":"change","topic":{"kind":"wallet","id":"01a2015b-98fa-7655-acd9-cef53fd3f9ab"},"version":"2","data":{"balance":"950"}}]\nid: 2\n\n',
      },
    },
  },
} as const;
