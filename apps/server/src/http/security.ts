import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import helmet from "helmet";
import { isCall } from "../limits/door.ts";

const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      connectSrc: ["'self'"],
      fontSrc: ["'self'", "data:"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", "data:"],
      objectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // The console's components and charts position things with style attributes.
      styleSrc: ["'self'", "'unsafe-inline'"],
    },
  },
  // TLS ends at the proxy, which knows whether every host below this name has it.
  strictTransportSecurity: false,
});

/**
 * What is said of an answer in JSON, lest a browser that is led to its address takes it for a page: it loads nothing, is shown in
 * no frame, is of no other type, and no other origin embeds it. The rest speaks of pages, and would be two thirds of an answer's bytes.
 */
const CALL_HEADERS = {
  "content-security-policy": "default-src 'none';frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/**
 * Headers that keep the console to its own origin: no foreign script, frame or connection. They are the same for every
 * page, so helmet is asked once.
 */
export function addSecurityHeaders(app: FastifyInstance): void {
  const pageHeaders = securityHeaders();
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(isCall(request.url) ? CALL_HEADERS : pageHeaders);
    done();
  });
}

function securityHeaders(): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  protect(response.req, response, () => {});
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, `${value}`]));
}
