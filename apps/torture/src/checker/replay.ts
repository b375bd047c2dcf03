import { isDeepStrictEqual } from "node:util";
import { Books } from "./books.ts";
import type { Case, Story } from "./case.ts";
import { checkEntries } from "./entries.ts";
import { linesOf, rowLine } from "./evidence.ts";
import { groupBy } from "./group-by.ts";
import { type Asker, type Done, isLive, type Move, type Purse, runStep, type World } from "./model.ts";
import { inOneOrder } from "./order.ts";
import { type HoldLife, type Past, startPast, successes } from "./past.ts";
import { concernedWallet, sameRefusal } from "./refused.ts";
import { type Refusal, type Step, type Taken, textIn } from "./steps.ts";
import type { EntryRow } from "./tables.ts";
import type { Findings, Invariant } from "./violation.ts";

/** Replays every operation that succeeded on the model, one after the other, and compares answers and entries. */
export function replay(one: Case, findings: Findings): { past: Past; books: Books } {
  const done = successes(one);
  const past = startPast(one, done);
  const taken = new Map(done.map(({ story, taken: steps }) => [story, steps]));
  const books = new Books();
  const stories = inOneOrder(
    one,
    past,
    done.map(({ story }) => story),
    findings,
  );
  for (const story of stories) new Replayed(one, past, books, story, findings).run(taken.get(story));
  return { past, books };
}

/** What the model refuses and the product executed: which promise that breaks. */
const BROKEN: Readonly<Record<string, Invariant>> = {
  INSUFFICIENT_FUNDS: "I4",
  BALANCE_LIMIT: "I4",
  HOLD_EXPIRED: "I4",
  HOLD_CLOSED: "I4",
  HOLD_EXCEEDED: "I4",
  VERSION_CONFLICT: "I5",
};

/** One operation on its way through the model. */
class Replayed {
  readonly #one: Case;
  readonly #past: Past;
  readonly #books: Books;
  readonly #story: Story;
  readonly #findings: Findings;
  /** Its entries by wallet. Only these wallets' states are known at this point of the order; others are loose. */
  readonly #written: ReadonlyMap<string, readonly EntryRow[]>;
  readonly #asker: Asker;
  readonly #world: World;

  constructor(one: Case, past: Past, books: Books, story: Story, findings: Findings) {
    this.#one = one;
    this.#past = past;
    this.#books = books;
    this.#story = story;
    this.#findings = findings;
    this.#written = groupBy(one.entriesByOperation.get(story.operation.id) ?? [], ({ walletId }) => walletId);
    this.#asker = askerOf(story);
    this.#world = {
      wallet: (id) => (this.#written.has(id) ? books.wallet(id) : past.openings.get(id)?.purse),
      hold: (id) => {
        const life = past.lives.get(id);
        return life && (this.#written.has(life.placed.walletId) ? books.hold(id) : life.placed);
      },
    };
  }

  run(taken: readonly Taken[] | undefined): void {
    for (const [walletId, [first]] of this.#written) if (first !== undefined) this.#catchUp(walletId, first);
    if (taken === undefined) {
      this.#report("I6", "a batch whose results are not those of its commands");
      this.#adoptWallets();
      return;
    }
    const moves: Move[] = [];
    let sound = true;
    for (const { step, result, asService } of taken) {
      const asker = asService ? { ...this.#asker, role: "service" } : this.#asker;
      const told = runStep(step, this.#world, asker, result.ok ? result.data : {});
      if (!result.ok) {
        if (sound) this.#judgeRefusal(step, result, told);
      } else if (!sound || told === undefined || !told.ok) {
        if (sound && told?.ok === false) this.#refusedByTheModel(step, told);
        sound = false;
        this.#adoptHold(step, result.data);
      } else {
        this.#compareAnswer(told, result.data);
        this.#books.apply(told);
        moves.push(...told.moves);
        if (told.hold !== undefined) this.#remember(told.hold.id, told.hold.pledge, told.data);
      }
    }
    if (sound && checkEntries(this.#story, moves, this.#written, this.#findings)) return;
    this.#adoptWallets();
  }

  /** When versions are missing, they were reported where they are; from here the model goes on with what there is. */
  #catchUp(walletId: string, first: EntryRow): void {
    const purse = this.#books.wallet(walletId) ?? this.#past.openings.get(walletId)?.purse;
    const version = Number(first.version) - 1;
    if (purse === undefined || (purse.version === version && !purse.loose)) return;
    const [balance, held] = [first.balanceAfter - first.amount, first.heldAfter - first.heldChange];
    this.#books.setWallet({ ...purse, balance, held, version, loose: false });
  }

  #adoptWallets(): void {
    for (const [walletId, entries] of this.#written) {
      const [purse, last]: [Purse | undefined, EntryRow | undefined] = [
        this.#books.wallet(walletId),
        entries.at(-1),
      ];
      if (purse === undefined || last === undefined) continue;
      const { balanceAfter: balance, heldAfter: held } = last;
      this.#books.setWallet({ ...purse, balance, held, version: Number(last.version) });
    }
  }

  #adoptHold(step: Step, data: Readonly<Record<string, unknown>>): void {
    const id = textIn(step, "holdId") ?? textIn(data, "holdId") ?? "";
    const pledge = this.#books.hold(id) ?? this.#past.lives.get(id)?.placed;
    if (pledge === undefined) return;
    const status = textIn(data, "status") ?? "open";
    const captured = BigInt(textIn(data, "captured") ?? "0");
    this.#books.setHold(id, { ...pledge, status, captured });
    this.#remember(id, { status, captured }, data);
  }

  #remember(
    id: string,
    { status, captured }: { status: string; captured: bigint },
    data: Readonly<Record<string, unknown>>,
  ): void {
    const life: HoldLife | undefined = this.#past.lives.get(id);
    life?.states.push({ version: Number(data["version"]), status, captured });
  }

  #compareAnswer(told: Done, data: Readonly<Record<string, unknown>>): void {
    const payer = told.moves[0]?.walletId;
    if (payer !== undefined && !this.#written.has(payer)) return;
    const expected: Record<string, unknown> = { operationId: this.#story.operation.id, ...told.data };
    const wrong = Object.keys(expected).filter((name) => !isDeepStrictEqual(expected[name], data[name]));
    if (wrong.length === 0) return;
    const words = wrong.map((name) => `${name} ${data[name]} instead of ${expected[name]}`);
    this.#report("I5", "the model answers differently", words.join(", "));
  }

  #refusedByTheModel(step: Step, { code, details }: Refusal): void {
    const detail = `${step.kind}: ${code} ${JSON.stringify(details)}`;
    const pledge = this.#world.hold(textIn(step, "holdId") ?? "");
    if (step.kind === "expire" && pledge !== undefined && isLive(pledge)) {
      this.#report("I9", "a hold expired before its time", detail);
    } else {
      this.#report(BROKEN[code] ?? "I2", "executed what had to be refused", detail);
    }
  }

  #judgeRefusal(step: Step, refusal: Refusal, told: ReturnType<typeof runStep>): void {
    if (this.#story.operation.input["atomic"] === true) {
      this.#report("I6", "an atomic batch was executed in part", refusal.code);
      return;
    }
    const concerned = concernedWallet(step, refusal.code, this.#past);
    if (concerned === undefined || !this.#written.has(concerned)) {
      this.#past.deferred.push({ story: this.#story, step, refusal });
    } else if (told !== undefined && !sameRefusal(told, refusal)) {
      const detail = `${step.kind}: ${refusal.code} ${JSON.stringify(refusal.details)}`;
      this.#report("I5", "a step was refused for a reason that was not so", detail);
    }
  }

  #report(invariant: Invariant, rule: string, detail = ""): void {
    const { operation, askers } = this.#story;
    const holds = [...new Set([textIn(operation.input, "holdId")])].filter((id) => id !== undefined);
    this.#findings.add(invariant, rule, `${operation.kind} ${operation.id}: ${detail}`, () => [
      ...linesOf(askers),
      rowLine("operations", operation),
      ...[...this.#written.values()].flat().map((entry) => rowLine("entries", entry)),
      ...holds.map((id) => rowLine("holds", this.#one.holds.get(id))),
    ]);
  }
}

export function askerOf({ operation: { caller, createdAtMs } }: Story): Asker {
  const [role = "", ...subject] = caller.split(":");
  return { role, subject: subject.join(":"), nowMs: createdAtMs };
}
