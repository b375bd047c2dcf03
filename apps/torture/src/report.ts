import type { CheckReport } from "./checker/check-history.ts";
import type { Violation } from "./checker/violation.ts";
import type { Evidence } from "./run.ts";

/** The stable form of `--json`. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly plant: string | null;
  readonly workload: Evidence["workload"];
  readonly checked: CheckReport["counts"];
  readonly faults: readonly { readonly name: string; readonly tried: number; readonly fired: number }[];
  readonly faultsLeftOut: readonly string[];
  readonly recoveryMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly violations: readonly Violation[];
  readonly historyFile: string;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function summarise(
  run: { seed: number; seconds: number; plant: string | undefined; historyFile: string },
  evidence: Evidence,
  checked: CheckReport["counts"],
  violations: readonly Violation[],
): Report {
  const recoveries = [...(evidence.schedule?.recoveriesMs ?? [])].sort((a, b) => a - b);
  return {
    ...run,
    plant: run.plant ?? null,
    workload: evidence.workload,
    checked,
    faults: [...(evidence.schedule?.struck.values() ?? [])].sort((a, b) => a.name.localeCompare(b.name)),
    faultsLeftOut: evidence.schedule?.leftOut ?? [],
    recoveryMs:
      recoveries.length === 0
        ? null
        : {
            p50: Math.round(percentile(recoveries, 0.5)),
            p99: Math.round(percentile(recoveries, 0.99)),
            max: Math.round(percentile(recoveries, 1)),
          },
    violations,
  };
}

/** The report for people. */
export function print(report: Report): string {
  const { checked, workload } = report;
  const fired = report.faults.reduce((sum, fault) => sum + fault.fired, 0);
  const lines = [
    "",
    `operations  ${checked.calls} calls in ${checked.attempts} attempts: ${checked.acknowledged} acknowledged, ${checked.refused} refused, ${checked.notExecuted} not executed, ${checked.reads} reads`,
    `unknown     ${checked.unknown} attempts without a definite answer: ${checked.unknownTookEffect} had taken effect, ${checked.unknownDidNot} had not; the same key resolved each`,
    `on purpose  ${workload.retries} retries, ${workload.duplicates} duplicates, ${workload.late} late, ${workload.poisoned} poisoned, ${workload["gave-up-early"]} given up early`,
    `faults      ${fired} struck, of ${report.faults.length} kinds`,
    ...report.faults.map((fault) => `            ${String(fault.fired).padStart(5)}  ${fault.name}`),
    ...report.faultsLeftOut.map((name) => `     left out  ${name} (strace can't attach here)`),
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
    `history     ${report.historyFile}`,
    `again       pnpm torture --seed ${report.seed} --seconds ${report.seconds}${report.plant === null ? "" : ` --plant ${report.plant}`}`,
  ];
  return lines.join("\n");
}
