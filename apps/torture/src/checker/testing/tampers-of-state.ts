import { errorReply } from "./replies.ts";
import { sendAndRecord, type Tamper, takeBack, tamper, tellAndRecord } from "./spoil.ts";
import type { LooseFields } from "./spoilable-history.ts";

export const tampersOfState: readonly Tamper[] = [
  tamper("I4", "a wallet is overdrawn", /had to be refused: .*INSUFFICIENT_FUNDS|broke its limit/, (it) => {
    sendAndRecord(it, "nip", { amount: "35" });
    tellAndRecord(it, "nip", (data) => Object.assign(data, { balance: "-5", available: "-5" }));
    Object.assign(it.entry("nip", "jar"), { amount: -35n, balanceAfter: -5n });
    it.wallet("jar").balance = -5n;
  }),
  tamper("I4", "held exceeds the balance", /broke its limit/, (it) => {
    sendAndRecord(it, "vault-hold", { amount: "120" });
    tellAndRecord(it, "vault-hold", (data) =>
      Object.assign(data, { amount: "120", held: "120", available: "-20" }),
    );
    Object.assign(it.entry("vault-hold", "vault"), { heldChange: 120n, heldAfter: 120n });
    Object.assign(it.holdRow("vault-hold"), { amount: 120n, captured: 20n });
    Object.assign(it.entry("vault-capture", "vault"), { heldChange: -120n });
  }),
  tamper("I4", "a capture takes more than was held", /had to be refused: .*HOLD_EXCEEDED/, (it) => {
    sendAndRecord(it, "vault-capture", { amount: "30" });
    const data = { balance: "70", available: "70", captured: "30" };
    tellAndRecord(it, "vault-capture", (fields) => Object.assign(fields, data));
    Object.assign(it.entry("vault-capture", "vault"), { amount: -30n, balanceAfter: 70n });
    it.wallet("vault").balance = 70n;
    it.holdRow("vault-hold").captured = 30n;
  }),
  tamper("I4", "an expired hold is captured", /had to be refused: .*HOLD_EXPIRED/, (it) => {
    it.operation("vault-capture").createdAtMs = it.holdRow("vault-hold").expiresAtMs;
  }),
  tamper("I5", "a balance is off by one at an early version", /not the sum of those up to it/, (it) => {
    it.entry("ten", "jar").balanceAfter += 1n;
  }),
  tamper("I5", "a version is left out", /versions have a gap/, (it) => {
    it.entry("nip", "jar").version += 1n;
    it.wallet("jar").version += 1n;
  }),
  tamper("I5", "a version is there twice", /versions have a gap or a double/, (it) => {
    it.entry("nip", "jar").version -= 1n;
    it.wallet("jar").version -= 1n;
  }),
  tamper("I5", "a wallet has more than its entries gave it", /not the sum of its entries/, (it) => {
    it.wallet("jar").balance += 1n;
  }),
  tamper("I5", "the version stays behind its entries", /not the sum of its entries/, (it) => {
    it.wallet("purse").version -= 1n;
  }),
  tamper("I5", "an answer tells a balance that was not", /the model answers differently/, (it) => {
    tellAndRecord(it, "nip", (data) => Object.assign(data, { balance: "11", available: "11" }));
  }),
  tamper("I5", "a hold lasts longer than was asked", /the model answers differently/, (it) => {
    const expiresAtMs = it.holdRow("vault-hold").expiresAtMs + 1_000;
    const expiresAt = new Date(expiresAtMs).toISOString();
    tellAndRecord(it, "vault-hold", (data) => Object.assign(data, { expiresAt }));
    it.holdRow("vault-hold").expiresAtMs = expiresAtMs;
  }),
  tamper("I5", "a captured hold is open again", /a hold is not as its operations left it/, (it) => {
    it.holdRow("vault-hold").status = "open";
  }),
  tamper("I5", "a hold forgets what was captured", /a hold is not as its operations left it/, (it) => {
    it.holdRow("hold").captured -= 1n;
  }),
  tamper("I5", "a wallet changes its owner", /a wallet is not as it was opened/, (it) => {
    it.wallet("spare").currency = "eur";
    const views = it.told("mine") as unknown as LooseFields[];
    Object.assign(views.find(({ walletId }) => walletId === it.id("spare")) ?? {}, { currency: "eur" });
  }),
  tamper("I5", "a compare-and-set did not compare", /had to be refused: .*VERSION_CONFLICT/, (it) => {
    sendAndRecord(it, "cas-right", { ifVersion: "6" });
  }),
  tamper("I5", "a refusal names credit that was never there", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "too-much", (details) => Object.assign(details, { available: "33", shortfall: "467" }));
  }),
  tamper("I5", "funds are refused that were there", /a refusal that was never true/, (it) => {
    sendAndRecord(it, "too-much", { amount: "30" });
    tellAndRecord(it, "too-much", (details) => Object.assign(details, { required: "30", shortfall: "0" }));
  }),
  tamper("I5", "a conflict names a version that was never there", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "cas", (details) => Object.assign(details, { actual: "99" }));
  }),
  tamper("I5", "a step of a batch is refused without need", /a refusal that was never true/, (it) => {
    const steps = (fields: LooseFields) => fields["results"] as LooseFields[];
    tellAndRecord(it, "batch", (data) =>
      Object.assign(steps(data)[1]?.["details"] ?? {}, { available: "41", shortfall: "8959" }),
    );
  }),
  tamper("I5", "an atomic batch is refused without need", /a refusal that was never true/, (it) => {
    tellAndRecord(it, "whole", (details) =>
      Object.assign(details["details"] ?? {}, { available: "41", shortfall: "8959" }),
    );
  }),
  tamper("I5", "a service is told that it may not credit", /a refusal that was never true/, (it) => {
    it.replied("never").reply = errorReply("FORBIDDEN", 403, { needs: "service" });
  }),
  tamper("I6", "a transfer takes and does not give", /entries are not what it means/, (it) =>
    takeBack(it, "bowl"),
  ),
  tamper("I6", "a transfer gives more than it takes", /entries are not what it means/, (it) => {
    const entry = it.entry("gift-too", "bowl");
    entry.amount += 1n;
    entry.balanceAfter += 1n;
    it.wallet("bowl").balance += 1n;
  }),
  tamper("I6", "an atomic batch is executed in part", /an atomic batch was executed in part/, (it) => {
    sendAndRecord(it, "batch", { atomic: true });
  }),
  tamper("I6", "a batch forgets a step", /results are not those of its commands/, (it) => {
    tellAndRecord(it, "batch", (data) => (data["results"] as unknown[]).pop());
  }),
  tamper("I6", "two transfers come before each other", /came before each other/, (it) => {
    const [one, two] = [it.entry("gift", "bowl"), it.entry("gift-too", "bowl")];
    [one.operationId, two.operationId] = [two.operationId, one.operationId];
    // At once, so that either order would do: but not one here and the other there.
    for (const sent of it.sent("gift-too")) sent.atMs = it.sent("gift")[0]?.atMs ?? 0;
  }),
  tamper("I6", "a hold that was placed is gone", /a hold that was placed and is not there/, (it) => {
    it.remove(it.holdRow("hold"));
  }),
];
