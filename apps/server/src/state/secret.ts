import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The secret that demo tokens are signed with: made once, so that a token outlives a restart. */
export async function ensureSecret(stateDir: string): Promise<string> {
  await mkdir(stateDir, { recursive: true });
  const file = join(stateDir, "jwt-secret");
  try {
    // "wx": of two that start at once, one makes it and the other reads it.
    await writeFile(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return (await readFile(file, "utf8")).trim();
}
