import { createTenant, listTenants } from "@holdfast/db";
import { subject, tenantId } from "../auth/claims.ts";
import { command } from "../cli/command.ts";
import { CliError } from "../cli/failure.ts";
import { columns, print } from "../cli/output.ts";
import { valid } from "../cli/valid.ts";
import { databaseConfig } from "./database-config.ts";

interface TenantArgs {
  readonly create?: string | undefined;
  readonly name?: string | undefined;
  readonly json?: boolean | undefined;
}

export const tenant = command({
  name: "tenant",
  description: "List the tenants, or create one (--create, --name); DATABASE_URL must be the owner's",
  args: {
    create: { type: "string", description: "The new tenant's number", valueHint: "number" },
    name: { type: "string", description: "What to call it", valueHint: "name" },
    json: { type: "boolean", description: "Print the list as a JSON array" },
  },
  run: async (args: TenantArgs) => {
    if (args.create !== undefined) return create(args.create, args);
    if (args.name !== undefined)
      throw new CliError("--name is for a new tenant: give --create <number> as well");
    return list(args.json === true);
  },
});

async function create(number: string, args: TenantArgs): Promise<void> {
  if (args.json) throw new CliError("--json is for the list: leave --create out");
  const id = valid(tenantId, Number(number), "--create must be a whole number, 1 at least");
  if (args.name === undefined) throw new CliError("tenant --create needs --name <name>");
  const name = valid(subject, args.name, "--name must have 1 to 255 characters");
  const { databaseUrl: url } = await databaseConfig("tenant");
  if (!(await createTenant({ url, tenantId: id, name }))) {
    throw new CliError(
      `there is a tenant ${id} already, and it was left as it is: \`holdfast tenant\` lists them`,
    );
  }
  print(`Tenant ${id} is created.`);
}

async function list(json: boolean): Promise<void> {
  const { databaseUrl: url } = await databaseConfig("tenant");
  const tenants = await listTenants({ url });
  if (json) print(JSON.stringify(tenants));
  else if (tenants.length === 0)
    print("There are no tenants: create one with `holdfast tenant --create 1 --name <name>`.");
  else {
    const rows = tenants.map((each) => [String(each.tenantId), each.name, each.createdAt]);
    print(...columns([["tenant", "name", "created"], ...rows]));
  }
}
