import type { RunOptions } from "../run-scenario.ts";
import type { ArchiveContender } from "./archive.ts";
import { holdfastArchive } from "./holdfast-archive.ts";
import { counterRow, jsonbAppend, readModifyWrite } from "./plain-archives.ts";

/** Writers who append to one conversation after the other, each time one message. */
export interface AppendScenario {
  readonly name: string;
  readonly description: string;
  readonly contenders: readonly ArchiveContender[];
  readonly callers: number;
  /** Of how many messages a conversation is when a turn begins: a result for each. */
  histories(options: Pick<RunOptions, "histories">): readonly number[];
}

const everybody = [holdfastArchive, counterRow, jsonbAppend, readModifyWrite];

export const appends: AppendScenario = {
  name: "append",
  description:
    "16 callers append to one conversation with so many messages of history; at half as many more they go on with the next one",
  contenders: everybody,
  callers: 16,
  histories: ({ histories }) => histories,
};

export const hotAppends: AppendScenario = {
  name: "append-hot",
  description: "64 callers append to one conversation, which is empty in the beginning",
  contenders: everybody,
  callers: 64,
  histories: () => [0],
};

export const appendScenarios: readonly AppendScenario[] = [appends, hotAppends];

/** How a result is named: in `append` by its history, too. */
export function resultName({ name }: Pick<ArchiveContender, "name">, history: number): string {
  return history === 0 ? name : `${name}, ${history.toLocaleString("en-US")}`;
}
