import { expect, test } from "vitest";
import { ChunkedBody } from "./event-stream.ts";
import { Histogram } from "./latency.ts";
import { endOfMessages, MessageReader } from "./messages.ts";
import { Subscriber } from "./subscriber.ts";

const SHOW = "018f0000-0000-7000-8000-000000000000";

const event = (type: string, version: number, id = SHOW) => ({
  type,
  topic: { kind: "show", id },
  version: String(version),
  data: { version: String(version) },
});
const message = (events: ReturnType<typeof event>[], id = events.at(-1)?.version): Buffer =>
  Buffer.from(`data: ${JSON.stringify(events)}\nid: ${id}\n\n`);
const changes = (...versions: number[]): Buffer =>
  message(versions.map((version) => event("change", version)));

test("reads the versions of whole messages, and the same bytes but once", () => {
  const reader = new MessageReader(SHOW);
  const told = reader.read(Buffer.concat([changes(3, 4), changes(5)]));
  expect(told).toMatchObject({ versions: [3, 4, 5], isRun: true, connected: false });
  expect(reader.read(Buffer.concat([changes(3, 4), changes(5)]))).toBe(told);
  expect(reader.read(changes(3, 5))).toMatchObject({ versions: [3, 5], isRun: false });
  expect(reader.read(message([event("reset", 7)]))).toMatchObject({ versions: [-8], isRun: false });
  expect(reader.read(Buffer.from('event: connected\ndata: {"a":1}\n\n'))).toMatchObject({ connected: true });
  expect(reader.read(Buffer.from("event: ping\ndata: \n\n"))).toMatchObject({ versions: [] });
});

test("finds an error, somebody else's topic and an id that is not the last version's", () => {
  const reader = new MessageReader(SHOW);
  expect(reader.read(Buffer.from("event: serialized-error\ndata: {}\n\n")).error).toBe("{}");
  expect(reader.read(message([event("change", 1, "another")])).error).toContain("another");
  expect(reader.read(message([event("change", 2)], "1")).error).toContain("id of version 2");
  expect(reader.read(changes(2)).error).toBeUndefined();
});

test("what is not whole waits", () => {
  const bytes = Buffer.concat([changes(1), changes(2)]);
  expect(endOfMessages(bytes)).toBe(bytes.length);
  expect(endOfMessages(bytes.subarray(0, -1))).toBe(changes(1).length);
  expect(endOfMessages(bytes.subarray(0, 5))).toBe(0);
});

test("chunks are put together however they are cut", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  const wire = Buffer.from(`${head}5\r\nhello\r\n11\r\n, said the server\r\n0\r\n\r\n`);
  for (let size = 1; size <= wire.length; size++) {
    let body = "";
    const ends: string[] = [];
    const chunked = new ChunkedBody(
      (bytes) => {
        body += bytes.toString();
      },
      (why) => ends.push(why),
    );
    const memory = Buffer.alloc(size);
    for (let at = 0; at < wire.length; at += size)
      chunked.take(memory.subarray(0, wire.copy(memory, 0, at, at + size)));
    expect([body, ends]).toEqual(["hello, said the server", ["the server ended it"]]);
  }
});

test("a stream that is none ends with what the server answered", () => {
  const ends: string[] = [];
  new ChunkedBody(
    () => {},
    (why) => ends.push(why),
  ).take(Buffer.from("HTTP/1.1 401 Unauthorized\r\n\r\n"));
  expect(ends).toEqual(["the server answered 401"]);
});

test("a subscriber finds what is missed, repeated, late and reset", () => {
  const reader = new MessageReader(SHOW);
  const heard: [number, number, number][] = [];
  const subscriber = new Subscriber(10, reader, (...stretch) => heard.push(stretch));
  const take = (bytes: Buffer, atMs: number) => subscriber.take(reader.read(bytes), atMs);
  take(changes(11, 12), 1);
  expect([subscriber.last, subscriber.missing.size, heard]).toEqual([12, 0, [[1, 11, 12]]]);
  take(changes(15), 2);
  expect([...subscriber.missing]).toEqual([13, 14]);
  take(changes(14), 3);
  take(changes(14, 15), 4);
  take(message([event("reset", 17)]), 5);
  take(changes(18), 6);
  expect([...subscriber.missing]).toEqual([13, 16, 17]);
  expect(subscriber.counts).toEqual({ heard: 5, repeated: 2, outOfOrder: 1, resets: 1 });
  expect(heard.slice(1)).toEqual([
    [2, 15, 15],
    [3, 14, 14],
    [6, 18, 18],
  ]);
});

test("a histogram tells percentiles to a tenth of a millisecond", () => {
  const histogram = new Histogram();
  expect([histogram.percentile(0.99), histogram.maxMs]).toEqual([0, 0]);
  for (let at = 0; at < 1_000; at++) histogram.add(at / 10);
  histogram.add(1e9);
  expect(histogram.size).toBe(1_001);
  expect(histogram.percentile(0.5)).toBeCloseTo(50, 0);
  expect(histogram.percentile(0.99)).toBeCloseTo(99, 0);
  expect([histogram.percentile(1), histogram.maxMs]).toEqual([1e9, 1e9]);
});
