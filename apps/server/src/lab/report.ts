import type { Settings, Step, StoryAbout, Verdict } from "@holdfast/race-lab/stories";
import { columns } from "../cli/output.ts";
import type { Tally } from "./tally.ts";

const HEADINGS = ["story", "strategy", "runs", "held", "lost", "doubled", "s", "said to"];

/** A row a strategy, and in the end whether all of them did what is said of them. */
export function tallyLines(tallies: readonly Tally[]): string[] {
  const rows = tallies.map((one) => [
    one.story,
    one.strategy,
    ...[one.runs, one.held, one.lost, one.doubled].map((count) => count.toLocaleString("en-GB")),
    one.seconds.toFixed(2),
    said(one),
  ]);
  const judged = tallies.filter(({ asSaid }) => asSaid !== undefined);
  const odd = judged.filter(({ asSaid }) => asSaid === false).length;
  const end =
    judged.length === 0
      ? "At settings of your own nothing is said of what holds."
      : odd === 0
        ? `All ${judged.length} did in every run what is said of them.`
        : `${odd} of ${judged.length} did not do what is said of them.`;
  return [...columns(alignFigures([HEADINGS, ...rows])), "", end];
}

function said({ saidToHold, asSaid }: Tally): string {
  if (asSaid === undefined) return "";
  return (saidToHold ? "hold" : "lose") + (asSaid ? "" : "  NOT SO");
}

/** Figures to the right: columns 2 to 6. */
function alignFigures(rows: readonly string[][]): string[][] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => row.map((cell, at) => (at >= 2 && at <= 6 ? cell.padStart(width(at)) : cell)));
}

/** The most that a terminal shows at once. */
const MAX_MOMENTS = 40;

/** Who did what in the first round, moment by moment, and what became of the whole run. */
export function runLines(
  story: StoryAbout,
  strategyId: string,
  settings: Settings,
  { steps, verdict }: { readonly steps: readonly Step[]; readonly verdict: Verdict },
): string[] {
  const strategy = story.strategies.find(({ id }) => id === strategyId);
  const first = steps.filter(({ round }) => round === 1);
  const moments = first
    .slice(0, MAX_MOMENTS)
    .map(({ atMs, caller, does, what }, at) => [
      `T${at}`,
      `${atMs.toFixed(1)} ms`.padStart(9),
      caller,
      [does, what].filter((part) => part !== "").join(" "),
    ]);
  const more = first.length - moments.length;
  const { asked, applied, refused, replayed, lost, doubled, seconds } = verdict;
  return [
    `${story.title}. ${strategy?.name ?? strategyId}.`,
    `${settings.callers} callers, ${settings.calls} calls, ${settings.latencyMs} ms between reading and writing; the first round:`,
    "",
    ...columns(moments),
    ...(more > 0 ? [`and ${more} more`] : []),
    "",
    verdict.sentence,
    `${strategy?.because ?? ""}`,
    "",
    ...columns([
      ["expected", verdict.expected],
      ["found", verdict.found],
      ["calls", `${asked} asked, ${applied} done, ${refused} refused, ${replayed} answered as before`],
      ["updates", `${lost} lost, ${doubled} doubled, in ${seconds.toFixed(2)} s`],
    ]),
  ];
}
