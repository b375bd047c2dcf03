/** COMMIT as a simple query of the Postgres protocol: 'Q', its length, the text, NUL. */
const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0");
/** A statement that is a whole transaction, as it is parsed once a session: its name and NUL stand before it. */
const WHOLE = Buffer.from("select holdfast.write_known_wallets(");
/** What a message begins with: its letter, and its length. */
const HEADER = 5;

/**
 * Reads along what one session is sent. What it answers tells where in `data`, at `from` or behind it, the next message begins that commits,
 * COMMIT or a whole transaction; -1 when there is none.
 */
export function watchCommits(): (data: Buffer, from?: number) => number {
  /** What binds the whole transaction: the name of the portal, which is empty, and that of the statement, NUL behind each. */
  let whole: Buffer | undefined;

  return (data, from = 0) => {
    const parsed = data.indexOf(WHOLE, from);
    if (parsed > 0) {
      // The driver names its statements with letters and digits, or not at all: then each is parsed where it is bound.
      const [name = ""] =
        /[a-z0-9]*$/.exec(data.toString("latin1", Math.max(0, parsed - 64), parsed - 1)) ?? [];
      if (name === "") return Math.max(0, parsed - 1 - HEADER);
      whole = Buffer.from(`\0${name}\0`);
    }
    const bound = whole === undefined ? -1 : data.indexOf(whole, from + HEADER) - HEADER;
    const found = [data.indexOf(COMMIT, from), bound].filter((at) => at >= from);
    return found.length === 0 ? -1 : Math.min(...found);
  };
}
