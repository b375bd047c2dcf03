import type { ErrorCode } from "@holdfast/db";
import type { z } from "zod";

/** One call by HTTP: which procedure answers at which address. Everything else about it follows from the procedure's schemas. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Below /v1; `{name}` is a field of the procedure's input. */
  readonly path: `/${string}`;
  /** By its path in the router, such as "wallets.credit". */
  readonly procedure: string;
  /** Its name in the document, where a procedure has two addresses. */
  readonly operationId?: string;
  readonly summary: string;
  readonly description?: string;
  readonly answer: z.ZodType;
  /** The codes that this call can be refused with, beside those that every call can. */
  readonly errors: readonly ErrorCode[];
  /** Where what it makes can be read, `{name}` being a field of the answer: told as `Location`, with 201. */
  readonly created?: `/${string}`;
  /** Fields that may be left out and are still worth showing in the document's example. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Fields of the procedure's input that this address doesn't take. */
  readonly without?: readonly string[];
}

/** The names in an address. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

export function nameOf({ operationId, procedure }: Route): string {
  return operationId ?? procedure;
}
