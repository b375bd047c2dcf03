import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from "citty";
import { CliError } from "./failure.ts";

interface Definition<Args extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly args?: Args;
  readonly run: (args: ParsedArgs<Args>) => Promise<void>;
}

/** A subcommand that refuses what it doesn't know: citty alone would let a mistyped flag pass without effect. */
export function command<const Args extends ArgsDef>(definition: Definition<Args>): CommandDef {
  const known = new Set([
    "_",
    ...Object.keys(definition.args ?? {}).flatMap((name) => [name, camelCase(name)]),
  ]);
  return defineCommand<ArgsDef>({
    meta: { name: definition.name, description: definition.description },
    args: definition.args ?? {},
    run: async ({ args }) => {
      const unknown = Object.keys(args).find((name) => !known.has(name));
      if (unknown !== undefined)
        throw new CliError(`${definition.name} has no option --${unknown}; see --help`);
      const extra = args._[0];
      if (extra !== undefined)
        throw new CliError(`${definition.name} takes no argument "${extra}"; see --help`);
      // citty made them from the very definition that types them.
      await definition.run(args as ParsedArgs<Args>);
    },
  });
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
