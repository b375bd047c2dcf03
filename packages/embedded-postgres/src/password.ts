import { randomBytes } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError, systemErrorCode } from "./errors.ts";

/** The superuser's password of a data home, or undefined when it has none yet. */
export async function findPassword(home: string): Promise<string | undefined> {
  try {
    return (await readFile(join(home, "password"), "utf8")).trim();
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return undefined;
    throw new EmbeddedPostgresError(
      "data_unusable",
      `The password file in ${home} can't be read (${systemErrorCode(cause)}): start this as the user who made that data, or choose another data directory.`,
      { cause },
    );
  }
}

/**
 * Makes the password once: launchers that run at the same time all get the same one. It is on the disk before
 * a cluster is made with it, so that no crash leaves a cluster whose password nobody knows.
 */
export async function makePassword(home: string): Promise<string> {
  const unfinished = join(home, `password.${process.pid}-${randomBytes(6).toString("hex")}`);
  const file = await open(unfinished, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(24).toString("base64url")}\n`);
    await file.sync();
    await link(unfinished, join(home, "password"));
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
  const password = await findPassword(home);
  if (password === undefined) throw new Error(`${join(home, "password")} has vanished`);
  return password;
}
