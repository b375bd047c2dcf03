import type { State, World } from "./contenders/contender.ts";

/** What the callers were told, 1 a transfer, kept beside the ledger to check it afterwards: a fast wrong answer is no result. */
export class Books {
  readonly #balances: number[];
  #commands = 0;
  #entries = 0;
  #holds = 0;

  constructor({ wallets, balance }: Pick<World, "wallets" | "balance">) {
    this.#balances = new Array<number>(wallets).fill(balance);
  }

  readonly moved = (from: number, to: number, transfers = 1): void => {
    this.#balances[from] = (this.#balances[from] ?? 0) - transfers;
    this.#balances[to] = (this.#balances[to] ?? 0) + transfers;
    this.movedAround(transfers);
  };

  /** A hold whose capture moved 1. */
  readonly captured = (from: number, to: number): void => {
    this.moved(from, to);
    this.#commands++;
    this.#holds++;
  };

  /** Transfers whose balances cancel out. */
  readonly movedAround = (transfers: number): void => {
    this.#commands += transfers;
    this.#entries += 2 * transfers;
  };

  get commands(): number {
    return this.#commands;
  }

  /** What differs between the tables and what the callers were told; nothing, when all is well. */
  differences(state: State, entriesOfHold: number): string[] {
    const wrong = this.#balances.flatMap((balance, wallet) =>
      state.balances[wallet] === balance
        ? []
        : [`wallet ${wallet} has ${state.balances[wallet]} instead of ${balance}`],
    );
    if (state.operations !== this.#commands)
      wrong.push(`${state.operations} operations are recorded instead of ${this.#commands}`);
    const entries = this.#entries + entriesOfHold * this.#holds;
    if (state.entries !== entries) wrong.push(`${state.entries} entries are recorded instead of ${entries}`);
    return wrong;
  }
}
