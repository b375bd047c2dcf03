import type { Scenario } from "./scenario.ts";
import type { LooseFields, SpoilableHistory } from "./spoilable-history.ts";

/** One thing that must never happen, done to a right history or to its tables; and what must be said of it. */
export interface Tamper<Spoilt extends SpoilableHistory = Scenario> {
  readonly name: string;
  /** All that the checker may report of it. */
  readonly expected: readonly string[];
  readonly message: RegExp;
  readonly spoil: (it: Spoilt) => void;
}

/** Sets fields of a success in the reply and in the recorded outcome alike: the product lied, and consistently. */
export function tellAndRecord(
  it: SpoilableHistory,
  key: string,
  change: (fields: LooseFields) => void,
): void {
  const { reply } = it.replied(key);
  change(reply.kind === "success" ? it.told(key) : it.details(key));
  change(it.outcome(key));
}

/** Sets fields of an input as it was sent and as it was recorded. */
export function sendAndRecord(it: SpoilableHistory, key: string, fields: LooseFields): void {
  for (const sent of it.sent(key)) Object.assign(sent.input, fields);
  it.operation(key).input = { ...it.operation(key).input, ...fields };
}

/** Takes the newest entry of a wallet back, as if it had never been. */
export function takeBack(it: Scenario, name: string): void {
  const entry = it.entries(name).at(-1);
  const wallet = it.wallet(name);
  if (entry === undefined) return;
  it.remove(entry);
  wallet.balance -= entry.amount;
  wallet.held -= entry.heldChange;
  wallet.version -= 1n;
}

/** Writes one more entry of an operation. */
export function addEntry(it: Scenario, name: string, operationId: string, amount: bigint): void {
  const wallet = it.wallet(name);
  wallet.balance += amount;
  wallet.version += 1n;
  const { tenantId, id: walletId, version, balance: balanceAfter, held: heldAfter } = wallet;
  it.tables.entries.push({
    tenantId,
    walletId,
    version,
    operationId,
    amount,
    heldChange: 0n,
    balanceAfter,
    heldAfter,
  });
}

/** Puts other text into an error's body. */
export function say(it: SpoilableHistory, key: string, text: string): void {
  const { reply } = it.replied(key);
  if (reply.kind === "error") Object.assign(reply, { body: reply.body.replace("In words.", text) });
}

/** `expected` names the invariants; `message` is part of what at least one report says. */
export function tamper<Spoilt extends SpoilableHistory = Scenario>(
  expected: string,
  name: string,
  message: RegExp,
  spoil: (it: Spoilt) => void,
): Tamper<Spoilt> {
  return { name, expected: expected.split(" "), message, spoil };
}
