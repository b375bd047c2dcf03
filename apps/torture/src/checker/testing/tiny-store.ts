import type {
  ConversationRow,
  EntryRow,
  HoldRow,
  MessageRow,
  OperationRow,
  ReservationRow,
  SaidRow,
  SeatRow,
  ShowChangeRow,
  ShowRow,
  WalletRow,
} from "../tables.ts";

export type Fields = Readonly<Record<string, unknown>>;
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type TinyWallet = Mutable<WalletRow>;
export type TinyHold = Mutable<HoldRow>;

/** A reply before it goes on its way. */
export type Answer =
  | { readonly ok: true; readonly data: Fields; readonly replayed: boolean }
  | { readonly ok: false; readonly code: string; readonly details: unknown; readonly replayed: boolean };

/** Tables that a test may spoil. */
export interface TinyTables {
  wallets: TinyWallet[];
  operations: Mutable<OperationRow>[];
  entries: Mutable<EntryRow>[];
  holds: TinyHold[];
  shows: Mutable<ShowRow>[];
  seats: Mutable<SeatRow>[];
  reservations: Mutable<ReservationRow>[];
  showChanges: Mutable<ShowChangeRow>[];
  conversations: Mutable<ConversationRow>[];
  messages: Mutable<MessageRow>[];
  said: Mutable<SaidRow>[];
}

/** Thrown inside of a step and caught around it; not an Error, for nobody looks where it came from. */
export class No {
  readonly code: string;
  readonly details: object;
  constructor(code: string, details: object) {
    this.code = code;
    this.details = details;
  }
}

/** The tables, the ways into them, and a way back: whatever is written can be undone until the next command. */
export class TinyStore {
  readonly tables: TinyTables = {
    ...{ wallets: [], operations: [], entries: [], holds: [] },
    ...{ shows: [], seats: [], reservations: [], showChanges: [] },
    ...{ conversations: [], messages: [], said: [] },
  };
  readonly wallets = new Map<string, TinyWallet>();
  readonly holds = new Map<string, TinyHold>();
  readonly history = new Map<string, EntryRow[]>();
  readonly operations = new Map<string, OperationRow>();
  readonly kinds = new Map<string, string>();
  readonly #live = new Map<string, Set<TinyHold>>();
  #undo: (() => void)[] = [];
  #ids = 0;

  newId(): string {
    return `00000000-0000-7000-8000-${(++this.#ids).toString(16).padStart(12, "0")}`;
  }

  /** The holds of a wallet that are neither captured, released nor expired. */
  live(walletId: string): TinyHold[] {
    return [...(this.#live.get(walletId) ?? [])];
  }

  /** Runs `work`, and undoes what it wrote when it throws. */
  orUndo<T>(work: () => T): T {
    const outer = this.#undo;
    this.#undo = [];
    try {
      const result = work();
      outer.push(...this.#undo);
      return result;
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    } finally {
      this.#undo = outer;
    }
  }

  forgetUndo(): void {
    this.#undo = [];
  }

  addOperation(row: OperationRow): void {
    this.tables.operations.push(row);
    this.operations.set(`${row.tenantId} ${row.idempotencyKey}`, row);
    this.kinds.set(row.id, row.kind);
  }

  addWallet(row: TinyWallet): void {
    this.wallets.set(row.id, row);
    this.tables.wallets.push(row);
    this.#undo.push(() => this.wallets.delete(this.tables.wallets.pop()?.id ?? ""));
  }

  addHold(row: TinyHold): void {
    const live = this.#live.get(row.walletId) ?? new Set();
    this.#live.set(row.walletId, live.add(row));
    this.holds.set(row.id, row);
    this.tables.holds.push(row);
    this.#undo.push(() => {
      live.delete(row);
      this.holds.delete(this.tables.holds.pop()?.id ?? "");
    });
  }

  changeHold(hold: TinyHold, change: { status: string; captured: bigint }): void {
    const before = { ...hold };
    const live = this.#live.get(hold.walletId);
    Object.assign(hold, change);
    if (change.status !== "partially_captured") live?.delete(hold);
    this.#undo.push(() => {
      Object.assign(hold, before);
      live?.add(hold);
    });
  }

  /** One entry, and the wallet as it is after it. */
  move(wallet: TinyWallet, operationId: string, amount: bigint, heldChange: bigint): void {
    wallet.balance += amount;
    wallet.held += heldChange;
    wallet.version += 1n;
    const { tenantId, id: walletId, version, balance: balanceAfter, held: heldAfter } = wallet;
    const row = { tenantId, walletId, version, operationId, amount, heldChange, balanceAfter, heldAfter };
    const history = this.history.get(walletId) ?? [];
    this.history.set(walletId, history);
    history.push(row);
    this.tables.entries.push(row);
    this.#undo.push(() => {
      history.pop();
      this.tables.entries.pop();
      wallet.balance -= amount;
      wallet.held -= heldChange;
      wallet.version -= 1n;
    });
  }
}

export function stateOf({ id: walletId, balance, held, version }: WalletRow): Fields {
  const available = `${balance - held}`;
  return { walletId, balance: `${balance}`, held: `${held}`, available, version: `${version}` };
}
