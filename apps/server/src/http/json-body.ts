import { isUtf8 } from "node:buffer";
import { badRequest, parseJson } from "@holdfast/api";
import type { FastifyInstance } from "fastify";

/** A batch of 1,000 commands with memos fits: bad-input.test.ts sends one. */
export const BODY_LIMIT_BYTES = 1024 * 1024;
/** A history of some thousand messages, which moves in with one call. */
export const IMPORT_LIMIT_BYTES = 4 * 1024 * 1024;

/** A body that was read, and its text: tRPC's own adapter wants to read it itself. */
export class JsonBody {
  readonly text: string;
  readonly value: unknown;

  constructor(text: string) {
    this.text = text;
    this.value = parseJson(text);
  }
}

/**
 * Takes JSON bodies only. Bytes that are not UTF-8 are refused, because decoding would quietly replace them, and what is
 * stored would not be what was sent.
 */
export function acceptJsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      if (!isUtf8(body)) throw badRequest("the body is not valid UTF-8");
      done(null, new JsonBody(body.toString("utf8")));
    } catch (error) {
      done(error as Error);
    }
  });
}
