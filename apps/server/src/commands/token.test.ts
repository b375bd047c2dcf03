import { runCommand } from "citty";
import { expect, test } from "vitest";
import { token } from "./token.ts";

test.each<[string[], RegExp]>([
  [[], /^token needs --as <name>, or --tenant <number> and --subject <id>$/],
  [["--as", "mallory"], /^--as must be one of ada, bob, studio, organiser, warden, eve$/],
  [["--as", "ada", "--tenant", "2"], /^--as names a demo person: leave --tenant, --subject and --role out$/],
  [["--tenant", "1"], /^token needs/],
  [["--tenant", "one", "--subject", "x"], /^--tenant must be a whole number, 1 at least$/],
  [["--tenant", "0", "--subject", "x"], /^--tenant must be a whole number/],
  [["--tenant", "1", "--subject", ""], /^--subject must have 1 to 255 characters$/],
  [["--tenant", "1", "--subject", "x", "--role", "root"], /^--role must be user, service or admin$/],
  [["--as", "ada", "--api-key", "--expires-in", "1h"], /^an API key doesn't expire/],
  [["--az", "ada"], /^token has no option --az; see --help$/],
  [["ada"], /^token takes no argument "ada"; see --help$/],
])("token %j is refused in a sentence", async (rawArgs, message) => {
  await expect(runCommand(token, { rawArgs })).rejects.toThrow(message);
});
