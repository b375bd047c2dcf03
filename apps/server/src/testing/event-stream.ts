/** One server-sent event, as it is on the wire. */
export interface SentEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** Reads server-sent events off a response until it ends; leaving the loop closes the connection. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent> {
  if (response.body === null) return;
  let text = "";
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trimStart();
      yield { id: field("id"), event: field("event"), data: field("data") ?? "" };
    }
  }
}
