/** What went wrong, for callers that want to react to one case rather than show the message. */
export type EmbeddedPostgresErrorCode =
  | "unsupported_platform"
  | "binaries_unusable"
  | "data_unusable"
  | "initdb_failed"
  | "port_taken"
  | "start_failed"
  | "not_ready"
  | "stop_failed";

/** Its message is one line that says what happened and what to do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message.replace(/\s+/g, " ").trim(), options);
    this.code = code;
  }
}

/** The `code` of a Node system error such as ENOENT. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * What matters of a program's output, on one line for an error message: the first lines that tell of an error (later
 * ones tell of its consequences), or else the last lines.
 */
export function tail(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => /\b(error|fatal|panic|hint|detail):/i.test(line));
  const kept = errors.length > 0 ? errors.slice(0, 4) : lines.slice(-4);
  return kept.length === 0 ? "(it printed nothing)" : kept.map((line) => line.slice(0, 300)).join(" | ");
}
