import fc from "fast-check";
import type { RequestParts } from "./request.ts";

/** Something odd about how a request is sent, whatever it says. */
type Twist = fc.Arbitrary<(parts: RequestParts) => RequestParts>;

const withHeaders = (headers: fc.Arbitrary<RequestParts["headers"]>): Twist =>
  headers.map((more) => (parts) => ({ ...parts, headers: [...parts.headers, ...more] }));

const methods: Twist = fc
  .constantFrom(
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "QUERY",
    "PROPFIND",
    "get",
    "FOO",
  )
  .map((method) => (parts) => ({ ...parts, method }));

const contentTypes: Twist = fc
  .constantFrom(
    ...[
      "text/plain",
      "application/json; charset=utf-16",
      "application/json;charset=utf-8",
      "APPLICATION/JSON",
    ],
    ...["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream"],
    ...[
      "application/vnd.api+json",
      "",
      "application/json, text/plain",
      'application/json; x="',
      "a/b;".repeat(500),
    ],
  )
  .map((type) => (parts) => ({
    ...parts,
    headers: [...parts.headers.filter(([name]) => name !== "content-type"), ["content-type", type] as const],
  }));

const headers = withHeaders(
  fc.array(
    fc.oneof(
      fc.constantFrom<readonly [string, string]>(
        ["trpc-accept", "application/jsonl"],
        ["accept", "application/jsonl"],
        ["accept", "text/event-stream"],
        ["accept-encoding", "gzip, br"],
        ["content-encoding", "gzip"],
        ["expect", "100-continue"],
        ["expect", "the unexpected"],
        ["connection", "upgrade"],
        ["upgrade", "websocket"],
        ["upgrade", "h2c"],
        ["holdfast-deadline-ms", "30000"],
        ["holdfast-deadline-ms", "5e3"],
        ["holdfast-deadline-ms", "-1"],
        ["holdfast-deadline-ms", "99999999999999999999"],
        ["holdfast-deadline-ms", "٣٠٠٠"],
        ["x-forwarded-for", "203.0.113.7"],
        ["x-forwarded-host", "evil.example"],
        ["x-http-method-override", "DELETE"],
        ["origin", "https://evil.example"],
        ["access-control-request-method", "POST"],
        ["cookie", "session=1; __proto__=2"],
        ["idempotency-key", "key-1"],
        ["last-event-id", "0"],
        ["last-event-id", "-.-.-"],
        ["last-event-id", "9".repeat(300)],
        ["range", "bytes=0-1"],
        ["if-none-match", "*"],
        ["traceparent", "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01"],
        ["host", "evil.example"],
        ["x-long", "x".repeat(12_000)],
      ),
      fc.tuple(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string({ maxLength: 40 })).map(([name, value]) => {
        return [name, value.replaceAll(/[\r\n]/g, " ")] as const;
      }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
);

const targets: Twist = fc
  .constantFrom<(target: string) => string>(
    (target) => target.replace(".", "%2E"),
    (target) => target.replace("/trpc/", "/trpc//"),
    (target) => target.replace("/trpc/", "/TRPC/"),
    (target) => target.replace("/trpc/", "/trpc/../trpc/"),
    (target) => target.replace("/trpc/", "/v1/"),
    (target) => `${target}/`,
    (target) => `${target}${target.includes("?") ? "&" : "?"}batch=1`,
    (target) => `${target}${target.includes("?") ? "&" : "?"}batch=1&batch=1`,
    (target) => `${target}${target.includes("?") ? "&" : "?"}input=%7B%7D`,
    (target) => `${target}${target.includes("?") ? "&" : "?"}lastEventId=5`,
    (target) => `${target}${target.includes("?") ? "&" : "?"}${"x=1&".repeat(500)}`,
    (target) => `${target}#fragment`,
    (target) => `http://evil.example${target}`,
    (target) => `${target}%00`,
    (target) => `${target}%E0%A4%A`,
    (target) => `${target},__proto__.x,constructor`,
    (target) => `${target.split("?")[0]},${"wallets.mine,".repeat(120)}wallets.mine?batch=1`,
    (target) => `/trpc/${"a".repeat(9_000)}?${target}`,
  )
  .map((change) => (parts) => ({ ...parts, target: change(parts.target) }));

/** The text of a body that is nearly JSON, or more of it than anybody needs. */
const bodies: Twist = fc
  .constantFrom<(body: string) => string>(
    (body) => `\ufeff${body}`,
    (body) => `${body}${body}`,
    (body) => `${body}\n// comment`,
    (body) => body.replaceAll('"', "'"),
    (body) => body.replace("{", '{"__proto__":{"role":"admin"},'),
    (body) => body.replace("{", '{"idempotencyKey":"twice","idempotencyKey":"twice",'),
    (body) => body.replace("{", '{"\\u0000":1,'),
    (body) => body.replace(/"(\d+)"/, "1e400"),
    (body) => body.replace(/"(\d+)"/, "-0"),
    (body) => body.replace(/"(\d+)"/, "NaN"),
    (body) => body.replace(/"(\d+)"/, '"$1e0"'),
    (body) => body.replace(/"(\d+)"/, `"${"0".repeat(2_000)}$1"`),
    (body) => body.replace(/"(\d+)"/, "0.1e1"),
    (body) => body.slice(0, Math.floor(body.length / 2)),
    () => "",
    () => "[".repeat(50_000),
    () => `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
    () => '{"a":'.repeat(5_000),
    () => JSON.stringify("x".repeat(1_100_000)),
    () => JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at]))),
    () => `"${"\\".repeat(99_999)}"`,
    () => '"\\ud800"',
  )
  .map((change) => (parts) => ({ ...parts, body: change(parts.body ?? "{}") }));

export const twists: Twist = fc.oneof(
  { weight: 3, arbitrary: headers },
  { weight: 2, arbitrary: targets },
  { weight: 2, arbitrary: bodies },
  { weight: 1, arbitrary: methods },
  { weight: 1, arbitrary: contentTypes },
);
