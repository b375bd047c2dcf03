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
  [["--list-keys"], /^--list-keys needs --tenant <number>$/],
  [["--list-keys", "--as", "ada"], /^--list-keys takes --tenant alone: leave --as out$/],
  [["--list-keys", "--tenant", "1", "--revoke-key", "x"], /^give either --list-keys or --revoke-key$/],
  [["--revoke-key", "x", "--tenant", "1"], /^--revoke-key must be a key's id, as --list-keys tells it$/],
  [
    ["--revoke-key", "x", "--tenant", "1", "--role", "user"],
    /^--revoke-key takes --tenant alone: leave --role out$/,
  ],
  [["--as", "ada", "--json"], /^--json is for --list-keys$/],
  [["--az", "ada"], /^token has no option --az; see --help$/],
  [["ada"], /^token takes no argument "ada"; see --help$/],
])("token %j is refused in a sentence", async (rawArgs, message) => {
  await expect(runCommand(token, { rawArgs })).rejects.toThrow(message);
});
