import type { CheckReport } from "./checker/check-history.ts";
import type { Violation } from "./checker/violation.ts";
import type { Evidence } from "./run.ts";
import { faultsLeftOut, type Recovery, type Stroke } from "./schedule.ts";

/** The stable form of `--json`. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly plant: string | null;
  readonly rounds: number;
  readonly workload: Evidence["workload"];
  readonly checked: CheckReport["counts"];
  readonly faults: readonly { readonly name: string; readonly tried: number; readonly fired: number }[];
  readonly faultsLeftOut: readonly string[];
  readonly recoveryMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly violations: readonly Violation[];
  /** Where the history is, a file a round: a line before each send and after each reply. */
  readonly directory: string;
}

interface Run {
  readonly seed: number;
  readonly seconds: number;
  readonly plant: string | undefined;
  readonly directory: string;
}

/** Sums up the rounds of a run. */
export class Tally {
  readonly #run: Run;
  readonly violations: Violation[] = [];
  readonly recoveries: Recovery[] = [];
  /** The first few replies that say that the server met what nobody expected. */
  readonly unexpected: string[] = [];
  readonly unresolved: string[] = [];
  deadlocks = 0;
  readonly #strokes: Stroke[] = [];
  readonly #workload: Record<string, number> = {};
  readonly #checked: Record<string, number> = {};
  #rounds = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  add(evidence: Evidence, checked: CheckReport["counts"], violations: readonly Violation[]): void {
    this.#rounds++;
    this.violations.push(...violations);
    this.recoveries.push(...evidence.recoveries);
    this.deadlocks += evidence.deadlocks;
    this.unresolved.push(...evidence.unresolved.map((intent) => JSON.stringify(intent)), ...evidence.unended);
    this.#strokes.push(...evidence.strokes);
    addTo(this.#workload, evidence.workload);
    addTo(this.#checked, checked);
    for (const event of evidence.events) {
      if (event.type !== "replied" || this.unexpected.length >= 5) continue;
      const { reply } = event;
      if (reply.kind === "unreadable" || (reply.kind === "error" && reply.code === "INTERNAL"))
        this.unexpected.push(JSON.stringify(event));
    }
  }

  blame(violations: readonly Violation[]): void {
    this.violations.push(...violations);
  }

  report(): Report {
    const { seed, seconds, plant = null, directory } = this.#run;
    return {
      ...{ seed, seconds, plant },
      rounds: this.#rounds,
      workload: this.#workload as Report["workload"],
      checked: this.#checked as unknown as Report["checked"],
      faults: faultsOf(this.#strokes),
      faultsLeftOut: faultsLeftOut(),
      recoveryMs: percentiles(this.recoveries.map(({ ms }) => ms)),
      violations: this.violations,
      directory,
    };
  }
}

function addTo(sums: Record<string, number>, more: object): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + Number(value);
}

function faultsOf(strokes: readonly Stroke[]): Report["faults"] {
  const names = [...new Set(strokes.map((stroke) => stroke.name))].sort();
  return names.map((name) => {
    const mine = strokes.filter((stroke) => stroke.name === name);
    return { name, tried: mine.length, fired: mine.reduce((sum, { fired }) => sum + fired, 0) };
  });
}

function percentiles(values: readonly number[]): Report["recoveryMs"] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The report for people. */
export function print(report: Report): string {
  const { checked, workload } = report;
  const fired = report.faults.reduce((sum, fault) => sum + fault.fired, 0);
  const lines = [
    "",
    `operations  ${checked.calls} calls in ${checked.attempts} attempts: ${checked.acknowledged} acknowledged, ${checked.refused} refused, ${checked.notExecuted} not executed, ${checked.reads} reads`,
    `unknown     ${checked.unknown} attempts without a definite answer: ${checked.unknownTookEffect} had taken effect, ${checked.unknownDidNot} had not; the same key resolved each`,
    `on purpose  ${workload.retries} retries, ${workload.duplicates} duplicates, ${workload.late} late, ${workload.poisoned} poisoned, ${workload.hostile} without a credential that is good, ${workload["gave-up-early"]} given up early`,
    `watchers    told ${checked.heard} versions; ${checked.resumed} lost or left connections were taken up again`,
    `faults      ${fired} struck, of ${report.faults.filter((fault) => fault.fired > 0).length} kinds`,
    ...report.faults.map((fault) => `            ${String(fault.fired).padStart(5)}  ${fault.name}`),
    ...report.faultsLeftOut.map(
      (name) =>
        `     left out  ${name} (${name.startsWith("redis") ? "there is no redis-server" : "strace can't attach"} here)`,
    ),
    ...(report.recoveryMs === null
      ? []
      : [
          `recovery    p50 ${report.recoveryMs.p50} ms, p99 ${report.recoveryMs.p99} ms, longest ${report.recoveryMs.max} ms after each heal`,
        ]),
    `violations  ${report.violations.length}`,
    ...report.violations
      .slice(0, 10)
      .flatMap(({ invariant, message, evidence }) => [
        `  ${invariant}  ${message}`,
        ...evidence.slice(0, 4).map((line) => `        ${line.slice(0, 300)}`),
      ]),
    "",
    `history     ${report.directory}/round-*.jsonl.gz`,
    `again       pnpm torture --seed ${report.seed} --seconds ${report.seconds}${report.plant === null ? "" : ` --plant ${report.plant}`}`,
  ];
  return lines.join("\n");
}
