import { isUtf8 } from "node:buffer";
import { badRequest, parseJson } from "@holdfast/api";
import type { FastifyInstance } from "fastify";

/** A batch of 1,000 commands with memos fits: bad-input.test.ts sends one. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Takes JSON bodies only, and hands the checked text on: tRPC's adapter parses it once more. Bytes that are not UTF-8
 * are refused, because decoding would quietly replace them, and what is stored would not be what was sent.
 */
export function acceptJsonText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      if (!isUtf8(body)) throw badRequest("the body is not valid UTF-8");
      const text = body.toString("utf8");
      parseJson(text);
      done(null, text);
    } catch (error) {
      done(error as Error);
    }
  });
}
