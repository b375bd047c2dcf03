/** An answer as it came over the wire. */
export interface HttpResponse {
  readonly status: number;
  /** Status line and headers, as they came. */
  readonly head: string;
  readonly contentType: string;
  readonly body: string;
  /** False when the connection ended before it did. */
  readonly complete: boolean;
}

const HEAD_END = "\r\n\r\n";
const EVENT_STREAM = "text/event-stream";

/**
 * The responses in what came over a connection so far, and how many bytes they took. Latin-1 in, so that a byte is a character;
 * bodies are decoded. `bodiless` is for an answer to HEAD.
 */
export function readResponses(
  bytes: string,
  { ended = false, bodiless = false }: { ended?: boolean; bodiless?: boolean } = {},
): HttpResponse[] {
  const responses: HttpResponse[] = [];
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf(HEAD_END, at);
    if (headEnd === -1) break;
    const head = bytes.slice(at, headEnd);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    const start = headEnd + HEAD_END.length;
    // "100 Continue" comes before an answer and is none.
    if (status >= 100 && status < 200) {
      at = start;
      continue;
    }
    const body =
      bodiless || status === 204 || status === 304 ? { text: "", end: start } : readBody(bytes, start, head);
    const { text = bytes.slice(start), end } = body;
    const contentType = fieldOf(head, "content-type");
    const complete = end !== undefined || (ended && isUnbounded(head)) || contentType === EVENT_STREAM;
    if (!complete && !ended) break;
    responses.push({
      status,
      head,
      contentType,
      body: Buffer.from(text, "latin1").toString("utf8"),
      complete,
    });
    at = end ?? bytes.length;
  }
  return responses;
}

function fieldOf(head: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim() ?? "";
}

/** Whether the body ends with its connection. */
function isUnbounded(head: string): boolean {
  return fieldOf(head, "content-length") === "" && fieldOf(head, "transfer-encoding") === "";
}

/** The body and where it ends; without an end while it has not come whole. */
function readBody(bytes: string, start: number, head: string): { text?: string; end?: number } {
  if (/chunked/i.test(fieldOf(head, "transfer-encoding"))) return readChunks(bytes, start);
  const length = fieldOf(head, "content-length");
  if (length === "") return {};
  const end = start + Number(length);
  return bytes.length < end ? {} : { text: bytes.slice(start, end), end };
}

function readChunks(bytes: string, start: number): { text: string; end?: number } {
  let text = "";
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return { text };
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (Number.isNaN(size) || bytes.length < end + 2) return { text };
    if (size === 0) return { text, end: end + 2 };
    text += bytes.slice(lineEnd + 2, end);
    at = end + 2;
  }
}
