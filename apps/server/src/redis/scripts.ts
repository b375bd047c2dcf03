import { type CommandParser, defineScript } from "@redis/client";

/** More than any text of ours has, and as much as anybody else's can make us read. */
const MAX_BYTES = 65_536;

/** What each name holds, cut where it is too long; a value of another type counts as none, as `MGET` has it. */
export const findTexts = defineScript({
  SCRIPT: `
    local found = {}
    for at, name in ipairs(KEYS) do
      local text = redis.pcall('GETRANGE', name, 0, ${MAX_BYTES - 1})
      found[at] = type(text) == 'string' and text ~= '' and text or false
    end
    return found`,
  parseCommand(parser: CommandParser, names: string[]) {
    parser.pushKeysLength(names);
  },
  transformReply: undefined as unknown as () => (string | null)[],
});

/** Sets each name to its text, which is forgotten after so many seconds. */
export const keepTexts = defineScript({
  SCRIPT: `
    for at, name in ipairs(KEYS) do
      redis.call('SET', name, ARGV[at + 1], 'EX', ARGV[1])
    end`,
  parseCommand(parser: CommandParser, names: string[], texts: string[], seconds: number) {
    parser.pushKeysLength(names);
    parser.push(String(seconds), ...texts);
  },
  transformReply: undefined as unknown as () => null,
});
