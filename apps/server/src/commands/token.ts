import type { Principal } from "@holdfast/db";
import { z } from "zod";
import { role, subject, tenantId } from "../auth/claims.ts";
import { signToken } from "../auth/tokens.ts";
import { command } from "../cli/command.ts";
import { CliError } from "../cli/failure.ts";
import { print } from "../cli/output.ts";
import { valid } from "../cli/valid.ts";
import { readConfig } from "../config.ts";
import { demoNames, demoPrincipal, findDemoPerson } from "../demo/people.ts";
import { withRuntime } from "../state/runtime.ts";
import { endKey, makeKey, printKeys } from "./api-keys.ts";

interface TokenArgs {
  readonly as?: string | undefined;
  readonly tenant?: string | undefined;
  readonly subject?: string | undefined;
  readonly role?: string | undefined;
  readonly "expires-in"?: string | undefined;
  readonly "api-key"?: boolean | undefined;
  readonly "list-keys"?: boolean | undefined;
  readonly "revoke-key"?: string | undefined;
  readonly json?: boolean | undefined;
}

export const token = command({
  name: "token",
  description:
    "Print a bearer token for a demo person (--as), or for anyone (--tenant, --subject, --role); make, list and revoke API keys",
  args: {
    as: { type: "string", description: `One of ${demoNames.join(", ")}`, valueHint: "name" },
    tenant: { type: "string", description: "The tenant's number", valueHint: "number" },
    subject: { type: "string", description: "The user's id or the service's name", valueHint: "id" },
    role: { type: "string", description: "user, service or admin; user when left out", valueHint: "role" },
    "expires-in": {
      type: "string",
      description: "Such as 30m, 12h or 7d; 12h when left out",
      valueHint: "time",
    },
    "api-key": {
      type: "boolean",
      description: "Make an API key instead, which works until it is revoked; it can't be seen again",
    },
    "list-keys": { type: "boolean", description: "List the API keys of --tenant" },
    "revoke-key": { type: "string", description: "End an API key of --tenant", valueHint: "key id" },
    json: { type: "boolean", description: "With --list-keys: print them as a JSON array" },
  },
  run: async (args: TokenArgs) => {
    if (args["list-keys"]) return printKeys(tenantOf("list-keys", args), args.json === true);
    if (args.json) throw new CliError("--json is for --list-keys");
    if (args["revoke-key"] !== undefined) return revoke(args["revoke-key"], args);
    const principal = principalFrom(args);
    print(await (args["api-key"] ? store(principal, args) : sign(principal, args)));
  },
});

async function store(principal: Principal, args: TokenArgs): Promise<string> {
  if (args["expires-in"] !== undefined)
    throw new CliError("an API key doesn't expire: leave --expires-in out");
  return makeKey(principal);
}

/** Takes the key's id, or the whole key, which has it inside. */
async function revoke(key: string, args: TokenArgs): Promise<void> {
  const id = key.startsWith("hf_") ? key.split("_")[2] : key;
  const tenant = tenantOf("revoke-key", args);
  await endKey(tenant, valid(z.uuid(), id, "--revoke-key must be a key's id, as --list-keys tells it"));
}

/** The tenant whose keys are meant; nothing else of a principal makes sense there. */
function tenantOf(option: "list-keys" | "revoke-key", args: TokenArgs): number {
  const without = ["as", "subject", "role", "expires-in", "api-key"] as const;
  const odd = without.find((name) => args[name] !== undefined);
  if (odd !== undefined) throw new CliError(`--${option} takes --tenant alone: leave --${odd} out`);
  if (args["list-keys"] && args["revoke-key"] !== undefined)
    throw new CliError("give either --list-keys or --revoke-key");
  if (args.tenant === undefined) throw new CliError(`--${option} needs --tenant <number>`);
  return valid(tenantId, Number(args.tenant), "--tenant must be a whole number, 1 at least");
}

async function sign(principal: Principal, args: TokenArgs): Promise<string> {
  const { auth } = await withRuntime(readConfig());
  const { secret } = auth;
  if (auth.jwksUrl !== undefined)
    throw new CliError("HOLDFAST_JWKS_URL is set: tokens come from that issuer");
  if (secret === undefined) {
    throw new CliError("token needs HOLDFAST_JWT_SECRET, or start running in another terminal");
  }
  return signToken({ ...auth, secret }, principal, secondsFrom(args["expires-in"] ?? "12h"));
}

function principalFrom(args: TokenArgs): Principal {
  if (args.as !== undefined) {
    const described = args.tenant ?? args.subject ?? args.role;
    if (described !== undefined)
      throw new CliError("--as names a demo person: leave --tenant, --subject and --role out");
    const person = findDemoPerson(args.as);
    if (!person) throw new CliError(`--as must be one of ${demoNames.join(", ")}`);
    return demoPrincipal(person);
  }
  if (args.tenant === undefined || args.subject === undefined) {
    throw new CliError("token needs --as <name>, or --tenant <number> and --subject <id>");
  }
  return {
    tenantId: valid(tenantId, Number(args.tenant), "--tenant must be a whole number, 1 at least"),
    subject: valid(subject, args.subject, "--subject must have 1 to 255 characters"),
    role: valid(role, args.role ?? "user", "--role must be user, service or admin"),
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function secondsFrom(text: string): number {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text);
  const seconds = Number(match?.[1]) * (UNIT_SECONDS[match?.[2] ?? ""] ?? Number.NaN);
  if (!(seconds > 0)) throw new CliError("--expires-in must be like 90s, 30m, 12h or 7d");
  return seconds;
}
