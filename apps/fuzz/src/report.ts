import type { Procedure } from "./generate/procedures.ts";
import type { FuzzRequest } from "./generate/request.ts";
import type { Finding } from "./oracles/finding.ts";
import { toldIn } from "./oracles/outcomes.ts";
import type { Health } from "./watch-health.ts";
import type { Exchange } from "./wire/exchange.ts";

/** A finding, and what brought it about. */
export interface Found extends Finding {
  /** Undefined for what only the whole run shows. */
  readonly index?: number;
  /** As it was sent, in a form that a terminal can show. */
  readonly request?: string;
  readonly answer?: string;
}

/** The stable form of `--json`. */
export interface Report {
  readonly seed: number;
  readonly plant: string | null;
  readonly requests: number;
  readonly seconds: number;
  /** By kind of request: how many, and how they were answered, by status. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly codes: Readonly<Record<string, number>>;
  /** Procedures of which no call was accepted: what they do with good input was not tried. */
  readonly neverAccepted: readonly string[];
  /** Procedures whose schema is not to be found, so that they were sent anything. */
  readonly withoutSchema: readonly string[];
  readonly longestSilenceMs: number;
  readonly largestMb: number;
  readonly findings: readonly Found[];
}

const SHOWN_BYTES = 2_000;

export class Tally {
  readonly findings: Found[] = [];
  readonly #seed: number;
  readonly #plant: string | null;
  readonly #kinds: Record<string, Record<string, number>> = {};
  readonly #codes: Record<string, number> = {};
  readonly #accepted = new Set<string>();
  #requests = 0;
  #tookMs = 0;

  constructor({ seed, plant }: { seed: number; plant: string | undefined }) {
    this.#seed = seed;
    this.#plant = plant ?? null;
  }

  add(index: number, request: FuzzRequest, answer: Exchange, findings: readonly Finding[]): void {
    this.#requests++;
    this.#kinds[request.kind] ??= {};
    const kind = this.#kinds[request.kind] as Record<string, number>;
    const [first] = answer.responses;
    const status = first === undefined ? answer.end : `${first.status}`;
    kind[status] = (kind[status] ?? 0) + 1;
    for (const response of answer.responses)
      for (const one of toldIn(response) ?? []) {
        const code = one.ok ? "accepted" : one.code;
        this.#codes[code] = (this.#codes[code] ?? 0) + 1;
      }
    const [path] = request.paths;
    if (request.paths.length === 1 && path !== undefined && isAccepted(answer)) this.#accepted.add(path);
    for (const finding of findings)
      this.findings.push({
        ...finding,
        index,
        request: JSON.stringify(request.bytes.toString("latin1")).slice(0, SHOWN_BYTES),
        answer: answer.responses
          .map(({ status: code, body }) => `${code} ${body}`)
          .join("\n")
          .slice(0, SHOWN_BYTES),
      });
  }

  blame(finding: Finding): void {
    this.findings.push(finding);
  }

  took(ms: number): void {
    this.#tookMs = ms;
  }

  progress(count: number): string {
    return `${this.#requests}/${count} requests  ${this.findings.length} findings`;
  }

  report({ procedures, health }: { procedures: readonly Procedure[]; health: Health["seen"] }): Report {
    return {
      seed: this.#seed,
      plant: this.#plant,
      requests: this.#requests,
      seconds: Math.round(this.#tookMs / 1_000),
      kinds: this.#kinds,
      codes: this.#codes,
      neverAccepted: procedures.map(({ path }) => path).filter((path) => !this.#accepted.has(path)),
      withoutSchema: procedures.filter(({ input }) => input === undefined).map(({ path }) => path),
      ...health,
      findings: this.findings,
    };
  }
}

function isAccepted({ responses }: Exchange): boolean {
  return responses.some(
    (response) => response.status === 200 && (toldIn(response) ?? []).every(({ ok }) => ok),
  );
}

/** The report for people. */
export function print(report: Report): string {
  const { seed, requests, seconds, kinds, codes, findings, plant } = report;
  const rows = Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1));
  const classes = ["2xx", "3xx", "4xx", "5xx", "none"];
  const cell = (text: string | number) => String(text).padStart(8);
  const told = Object.entries(codes).sort(([, a], [, b]) => b - a);
  const pace = seconds === 0 ? "" : `, ${Math.round(requests / seconds)} a second`;
  return [
    "",
    `${requests} requests in ${seconds} s${pace}`,
    "",
    `${"".padEnd(10)}${["sent", ...classes].map(cell).join("")}`,
    ...rows.map(([kind, statuses]) => {
      const counts = classes.map((one) => sum(statuses, (status) => classOf(status) === one));
      return `${kind.padEnd(10)}${[sum(statuses, () => true), ...counts].map(cell).join("")}`;
    }),
    "",
    `told       ${told.map(([code, count]) => `${code} ${count}`).join(", ")}`,
    `process    ${report.largestMb} MB at most, silent for ${report.longestSilenceMs} ms at most`,
    ...(report.neverAccepted.length > 0 ? [`never accepted: ${report.neverAccepted.join(", ")}`] : []),
    ...(report.withoutSchema.length > 0 ? [`no schema found of: ${report.withoutSchema.join(", ")}`] : []),
    `findings   ${findings.length}`,
    ...findings.flatMap(({ rule, message, index, request, answer }) => [
      `  ${index === undefined ? "" : `#${index} `}not so: ${rule}`,
      `      ${message}`,
      ...(request === undefined ? [] : [`      sent      ${request}`, `      answered  ${answer}`]),
      ...(index === undefined
        ? []
        : [
            `      again     pnpm fuzz --seed ${seed} --only ${index}${plant === null ? "" : ` --plant ${plant}`}`,
          ]),
    ]),
  ].join("\n");
}

function classOf(status: string): string {
  return /^[2-5]\d\d$/.test(status) ? `${status[0]}xx` : "none";
}

function sum(counts: Readonly<Record<string, number>>, counted: (name: string) => boolean): number {
  return Object.entries(counts).reduce((total, [name, count]) => total + (counted(name) ? count : 0), 0);
}
