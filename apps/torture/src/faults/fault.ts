import type { Random } from "../random.ts";
import type { Workload } from "../workload/workload.ts";
import type { World } from "../world.ts";

export interface FaultContext {
  readonly world: World;
  readonly workload: Workload;
  readonly random: Random;
}

/** One way to break things. */
export interface Fault {
  readonly name: string;
  /** It takes the cores from everybody on this machine: how late an answer is then tells of the machine, and is not judged. */
  readonly starves?: true;
  /**
   * Breaks something, and resolves once it is whole again, with how often the fault really struck: a fault that finds
   * nothing to break answers 0, and does not count.
   */
  strike(context: FaultContext): Promise<number>;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
