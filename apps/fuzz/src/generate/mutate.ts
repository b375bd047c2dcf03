import fc from "fast-check";

type Change = (bytes: Buffer) => Buffer;

const join = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

/** A place in bytes of any length; half of them in the head, where a request is short and says most. */
const place = fc.tuple(fc.nat(), fc.boolean()).map(([at, inHead]) => (bytes: Buffer) => {
  const length = inHead ? bytes.indexOf("\r\n\r\n") + 4 : bytes.length;
  return at % Math.max(1, length);
});

const someBytes = fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes));
const NASTY = [
  "\0",
  "\r\n",
  "\n",
  "\r\n\r\n",
  " ",
  "\t",
  "%00",
  '"',
  "{",
  "}",
  ",",
  "\xff\xfe",
  "\xc0\xaf",
  "9".repeat(30),
];

const edits: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(
    ([at, bit]): Change =>
      (bytes) => {
        const flipped = Buffer.from(bytes);
        const where = at(bytes);
        flipped[where] = (flipped[where] ?? 0) ^ (1 << bit);
        return flipped;
      },
  ),
  fc.tuple(place, fc.nat(255)).map(
    ([at, to]): Change =>
      (bytes) => {
        const changed = Buffer.from(bytes);
        changed[at(bytes)] = to;
        return changed;
      },
  ),
  fc.tuple(place, someBytes).map(
    ([at, more]): Change =>
      (bytes) => {
        return join(bytes.subarray(0, at(bytes)), more, bytes.subarray(at(bytes)));
      },
  ),
  fc.tuple(place, fc.constantFrom(...NASTY)).map(
    ([at, more]): Change =>
      (bytes) => {
        return join(bytes.subarray(0, at(bytes)), more, bytes.subarray(at(bytes)));
      },
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 12 })).map(
    ([at, count]): Change =>
      (bytes) => {
        return join(bytes.subarray(0, at(bytes)), bytes.subarray(at(bytes) + count));
      },
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 60 })).map(
    ([from, to, count]): Change =>
      (bytes) => {
        const copied = bytes.subarray(from(bytes), from(bytes) + count);
        return join(bytes.subarray(0, to(bytes)), copied, bytes.subarray(to(bytes)));
      },
  ),
);

const inHead = (change: (head: string, body: Buffer) => string | Buffer): Change => {
  return (bytes) => {
    const end = bytes.indexOf("\r\n\r\n");
    const body = bytes.subarray(end + 4);
    const changed = change(bytes.toString("latin1", 0, end), body);
    return typeof changed === "string" ? join(changed, "\r\n\r\n", body) : changed;
  };
};
const chunked = (body: Buffer, size = body.length.toString(16)): Buffer =>
  join(size, "\r\n", body, "\r\n0\r\n\r\n");
const asChunked = (head: string, field = "transfer-encoding: chunked"): string =>
  head.replace(/content-length: \d+/, field);

/** What makes two parsers disagree about where a request ends. */
const smuggling: fc.Arbitrary<Change> = fc.constantFrom<Change>(
  inHead((head) => `${head}\r\ncontent-length: 0`),
  inHead((head) => `${head}\r\ncontent-length: 5, 6`),
  inHead((head) => head.replace(/content-length: (\d+)/, "content-length: +$1")),
  inHead((head) => head.replace(/content-length: (\d+)/, "content-length: 0x$1")),
  inHead((head) => head.replace(/content-length: (\d+)/, "content-length: -$1")),
  inHead((head) => head.replace(/content-length: (\d+)/, "content-length: 99999999999999999999")),
  inHead((head) => head.replace(/content-length: (\d+)/, "content-length : $1")),
  inHead((head) => `${head}\r\ntransfer-encoding: chunked`),
  inHead((head, body) => join(`${head}\r\ntransfer-encoding: chunked\r\n\r\n`, chunked(body))),
  inHead((head, body) => join(asChunked(head), "\r\n\r\n", chunked(body))),
  inHead((head, body) => join(asChunked(head, "transfer-encoding: xchunked"), "\r\n\r\n", chunked(body))),
  inHead((head, body) =>
    join(asChunked(head, "transfer-encoding: chunked, identity"), "\r\n\r\n", chunked(body)),
  ),
  inHead((head, body) => join(asChunked(head, "transfer-encoding:\x0bchunked"), "\r\n\r\n", chunked(body))),
  inHead((head, body) => join(asChunked(head), "\r\n\r\n", chunked(body, "FFFFFFFFFFFFFFFF0"))),
  inHead((head, body) =>
    join(asChunked(head), "\r\n\r\n", chunked(body, `${body.length.toString(16)};${"x".repeat(20_000)}`)),
  ),
  inHead((head, body) => join(asChunked(head), "\r\n\r\n", chunked(body, "-1"))),
  inHead((head) => head.replace("HTTP/1.1", "HTTP/1.0")),
  inHead((head) => head.replace("HTTP/1.1", "HTTP/9.9")),
  inHead((head) => head.replace(" HTTP/1.1", "")),
  inHead((head) => head.replace("host: 127.0.0.1\r\n", "")),
  inHead((head) => head.replace("host: 127.0.0.1", "host: a\r\nhost: b")),
  inHead((head) => head.replaceAll("\r\n", "\n")),
  inHead((head) => head.replace("\r\n", "\r\n folded: line\r\n")),
  inHead((head) => head.replace(/^\w+/, "CONNECT")),
  inHead((head) => `${head}\r\n${Array.from({ length: 2_500 }, (_, at) => `x-${at}: 1`).join("\r\n")}`),
  inHead((head) => `${head}\r\nx: ${"y".repeat(70_000)}`),
  inHead((head) => `${head}\r\n: nameless`),
  inHead((head) => `${head}\r\nexpect: 100-continue`),
  (bytes) => join(bytes, bytes),
  (bytes) => join(bytes, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", bytes),
  (bytes) => join("\r\n\r\n\r\n", bytes),
  (bytes) => join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes),
  (bytes) => join("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes),
);

const truncations: fc.Arbitrary<Change> = place.map(
  (at): Change =>
    (bytes) =>
      bytes.subarray(0, at(bytes)),
);

/** What happens to the bytes of a request that was well-formed. */
export const mutations: fc.Arbitrary<Change> = fc.oneof(
  { weight: 20, arbitrary: fc.array(edits, { minLength: 1, maxLength: 4 }).map(inTurn) },
  { weight: 5, arbitrary: smuggling },
  { weight: 2, arbitrary: fc.tuple(smuggling, edits).map(inTurn) },
  { weight: 1, arbitrary: truncations },
);

function inTurn(changes: readonly Change[]): Change {
  return (bytes) => changes.reduce((changed, change) => change(changed), bytes);
}
