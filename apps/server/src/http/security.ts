import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** Headers that keep the console to its own origin: no foreign script, frame or connection. */
export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
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
}
