import { badRequest } from "@holdfast/api";
import { HoldfastError } from "@holdfast/db";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { signToken } from "../auth/tokens.ts";
import type { AuthConfig } from "../config.ts";
import { demoNames, demoPrincipal, findDemoPerson } from "../demo/people.ts";
import type { DemoWallet } from "../demo/seed.ts";
import { type LabOptions, labRoutes } from "./lab.ts";
import { isLoopbackAddress, isLoopbackHost } from "./loopback.ts";

const SIGN_IN_SECONDS = 12 * 3600;

const signIn = z.strictObject({ as: z.enum(demoNames) });

export interface DemoOptions {
  readonly people: readonly DemoWallet[];
  readonly auth: AuthConfig & { readonly secret: string };
  readonly lab: LabOptions;
}

/** Who can be tried, a token for each without a password, and the race lab: for this machine only. */
export function demoRoutes({ people, auth, lab }: DemoOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook("onRequest", async (request) => refuseOthers(request));

    await app.register(labRoutes(lab), { prefix: "/lab" });

    app.get("/people", async () => people);

    app.post("/sign-in", async (request) => {
      const parsed = signIn.safeParse(request.body);
      const person = parsed.success ? findDemoPerson(parsed.data.as) : undefined;
      if (!person) throw badRequest([{ path: "as", message: `must be one of ${demoNames.join(", ")}` }]);
      const principal = demoPrincipal(person);
      const expiresAt = new Date(Date.now() + SIGN_IN_SECONDS * 1000).toISOString();
      return { token: await signToken(auth, principal, SIGN_IN_SECONDS), principal, expiresAt };
    });
  };
}

/** Both the peer and the name it called must be local: a page on the web can point a name of its own at 127.0.0.1. */
function refuseOthers(request: FastifyRequest): void {
  if (isLoopbackAddress(request.ip) && isLoopbackHost(request.hostname)) return;
  throw new HoldfastError("NOT_FOUND", { what: "route" });
}
