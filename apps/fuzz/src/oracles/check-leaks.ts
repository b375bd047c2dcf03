import type { Exchange } from "../wire/exchange.ts";
import type { HttpResponse } from "../wire/responses.ts";
import type { Finding } from "./finding.ts";
import { parse } from "./outcomes.ts";

/** What no error may say, whoever asks. */
const INSIDE: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "SQL",
    pattern:
      /\bselect\b[^"]{1,200}\bfrom\b|\binsert\s+into\b|\bupdate\s+[\w."]+\s+set\b|\bdelete\s+from\b|\bholdfast\.\w|\bfor (no key )?update\b/i,
  },
  {
    what: "words of Postgres",
    pattern:
      /violates|duplicate key|syntax error at|canceling statement|sqlstate|postgreserror|_pkey\b|ECONNRE|drizzle/i,
  },
  { what: "a stack", pattern: /\bat ([\w.$<>[\]]+ )?\(?(?!\d)[^\s"()]+:\d+:\d+|node:internal|node_modules/ },
  { what: "a path of a file", pattern: /file:\/\/|(?<=[\s"'(=])\/(?:[\w.@+-]+\/)+[\w.@+-]+|\.[cm]?[jt]s:\d/ },
  {
    what: "words of JavaScript",
    pattern: /TypeError|RangeError|ReferenceError|Cannot read propert|is not a function/,
  },
];

export interface Secrets {
  /** What nobody is told: secrets, passwords, variables of the environment. */
  readonly never: readonly string[];
  /** What may be told to some: what everything of a tenant's or an owner's says. */
  isForbidden(mark: string): boolean;
  /** Whether an id is somebody else's. */
  isStrangers(id: string): boolean;
}

const MARK = /canary-[\w-]+/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** No answer tells what only the process knows, what is another's, or, if it is an error, how the inside looks. */
export function checkLeaks(request: string, { responses }: Exchange, secrets: Secrets): Finding[] {
  return responses.flatMap((response) => [
    ...checkSecrets(request, `${response.head}\n${response.body}`, secrets),
    ...checkInside(request, errorsIn(response)),
  ]);
}

function checkSecrets(
  request: string,
  text: string,
  { never, isForbidden, isStrangers }: Secrets,
): Finding[] {
  const findings: Finding[] = never
    .filter((secret) => text.includes(secret))
    .map((secret) => ({
      rule: "no answer tells of the inside",
      message: `a secret: ${secret.slice(0, 12)}…`,
    }));
  const others = [
    ...(text.match(MARK) ?? []).filter(isForbidden),
    ...(text.match(UUID) ?? []).filter(isStrangers),
  ];
  for (const mark of others)
    if (!saysItself(request, mark)) findings.push({ rule: "nobody hears of another's", message: mark });
  return findings;
}

/** The errors in a response, as text: beside them, in a batch, stands what callers have stored, which may look like anything. */
function errorsIn({ status, contentType, body }: HttpResponse): string {
  if (contentType.startsWith("text/event-stream"))
    return /event: serialized-error\n(.*)/.exec(body)?.[1] ?? "";
  const several = body.startsWith("[") ? parse(body) : undefined;
  if (Array.isArray(several)) return JSON.stringify(several.filter((one) => one?.error !== undefined));
  return status >= 400 ? body : "";
}

function checkInside(request: string, errors: string): Finding[] {
  return INSIDE.flatMap(({ what, pattern }): Finding[] => {
    const [found] = pattern.exec(errors) ?? [];
    if (found === undefined || saysItself(request, found)) return [];
    return [{ rule: "no answer tells of the inside", message: `${what}: ${found}` }];
  });
}

/** Whether the caller only hears their own words again. */
function saysItself(request: string, text: string): boolean {
  return request.includes(text) || request.toLowerCase().includes(text.toLowerCase());
}
