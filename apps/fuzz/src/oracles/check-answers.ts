import { errorTable } from "@holdfast/db";
import type { FuzzRequest } from "../generate/request.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { HttpResponse } from "../wire/responses.ts";
import type { Finding } from "./finding.ts";
import { type Told, toldIn } from "./outcomes.ts";

/** A caller who gives a call less time than this has asked to be told TIMEOUT. */
const OWN_DEADLINE_MS = 1_000;

/** Every request is answered, below 500, and a refusal is a row of the table of errors, word for word. */
export function checkAnswers(request: FuzzRequest, { responses, end }: Exchange): Finding[] {
  const findings: Finding[] = [];
  if (end === "hung")
    findings.push({ rule: "every request is answered", message: "no answer and no end of the connection" });
  if (request.whole && responses.length === 0 && end !== "hung")
    findings.push({
      rule: "every request is answered",
      message: "the connection was closed without an answer",
    });
  for (const response of responses) {
    const told = toldIn(response);
    const worst = Math.max(
      response.status,
      ...(told ?? []).map((one) => (one.ok ? 0 : one.status)),
      hiddenIn(response),
    );
    if (worst >= 500 && !asksForTimeout(request, told))
      findings.push({
        rule: "answers below 500",
        message: `${response.status}: ${response.body.slice(0, 500)}`,
      });
    if (response.status === 0)
      findings.push({ rule: "every request is answered", message: `no HTTP: ${response.head}` });
    findings.push(...checkRows(response, told));
    if (request.caller === "impostor" || request.caller === "nobody")
      findings.push(...checkImpostor(request, response, told));
  }
  return findings;
}

/** Of a streamed batch only its statuses are looked for. */
function hiddenIn({ body }: HttpResponse): number {
  return Math.max(0, ...[...body.matchAll(/"httpStatus":(\d{3})/g)].map(([, status]) => Number(status)));
}

function asksForTimeout({ bytes }: FuzzRequest, told: readonly Told[] | undefined): boolean {
  const asked = /^holdfast-deadline-ms: *(\d+)/im.exec(bytes.toString("latin1"))?.[1];
  return Number(asked) < OWN_DEADLINE_MS && codesFrom500(told).every((code) => code === "TIMEOUT");
}

function codesFrom500(told: readonly Told[] | undefined): string[] {
  return (told ?? []).flatMap((one) => (!one.ok && one.status >= 500 ? [one.code] : []));
}

function checkRows(
  { status, contentType, body }: HttpResponse,
  told: readonly Told[] | undefined,
): Finding[] {
  const rule = "answers from the table of errors" as const;
  if (status >= 400 && told === undefined && body !== "")
    return [{ rule, message: `${status} in another form: ${contentType} ${body.slice(0, 200)}` }];
  return (told ?? []).flatMap((one) => {
    if (one.ok) return [];
    const row = Object.hasOwn(errorTable, one.code)
      ? errorTable[one.code as keyof typeof errorTable]
      : undefined;
    const fits = row?.status === one.status && row.message === one.message && row.retry === one.retry;
    return fits ? [] : [{ rule, message: `${one.code} ${one.status} ${one.retry}: ${one.message}` }];
  });
}

/** Who can't prove who they are may call nothing: the answer is 401 unless the request says something worse of itself. */
function checkImpostor(
  request: FuzzRequest,
  { status }: HttpResponse,
  told: readonly Told[] | undefined,
): Finding[] {
  const granted = (told ?? []).some(({ ok }) => ok) && request.paths.length > 0;
  if (!granted) return [];
  return [
    { rule: "a credential that proves nothing gets nothing", message: `${status} for ${request.caller}` },
  ];
}
