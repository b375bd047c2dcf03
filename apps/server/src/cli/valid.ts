import type { z } from "zod";
import { CliError } from "./failure.ts";

/** What the schema makes of a value from the command line; the message says what it must be. */
export function valid<S extends z.ZodType>(schema: S, value: unknown, message: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new CliError(message);
  return parsed.data;
}
