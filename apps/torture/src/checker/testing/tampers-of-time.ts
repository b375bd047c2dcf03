import { errorReply } from "./replies.ts";
import { bob } from "./scenario.ts";
import { say, type Tamper, tamper, tellAndRecord } from "./spoil.ts";

export const tampersOfTime: readonly Tamper[] = [
  tamper("I9", "a read shows what was before", /a stale read/, (it) => {
    Object.assign(it.told("get"), { version: "3", balance: "50", held: "0", available: "50" });
  }),
  tamper("I9", "a read shows what nobody had asked for yet", /nobody had asked for yet/, (it) => {
    Object.assign(it.told("get"), { version: "13", balance: "26", held: "0", available: "26" });
  }),
  tamper("I9", "a read shows a version that nobody wrote", /a read of what nobody wrote/, (it) => {
    it.told("get")["version"] = "99";
  }),
  tamper("I9", "a read shows a balance between two writes", /a read of what nobody wrote/, (it) => {
    Object.assign(it.told("get"), { balance: "30", available: "30" });
  }),
  tamper("I9", "a read shows a hold as gone that is not", /a read of what nobody wrote/, (it) => {
    it.told("get")["held"] = "-25";
  }),
  tamper("I9", "a history leaves an entry out", /a read of what nobody wrote/, (it) => {
    (it.told("history")["entries"] as unknown[]).splice(1, 1);
  }),
  tamper("I9", "a history ends before what was known", /a stale read/, (it) => {
    (it.told("history")["entries"] as unknown[]).splice(0, 1);
  }),
  tamper("I9", "a list leaves a wallet out", /a list without/, (it) => {
    (it.told("mine") as unknown as unknown[]).pop();
  }),
  tamper("I9", "a wallet is told as missing that was acknowledged", /told as missing/, (it) => {
    it.replied("never").reply = errorReply("NOT_FOUND", 404, { what: "walletId" });
  }),
  tamper("I9", "the later call has the lower version", /not the order of time/, (it) => {
    for (const [key, by] of [
      ["ten", 1],
      ["ten-more", -1],
    ] as const) {
      const [sent] = it.sent(key);
      const replied = it.replied(key);
      if (sent !== undefined) sent.atMs += 30 * by;
      replied.atMs += 30 * by;
    }
  }),
  tamper(
    "I3 I9",
    "TIMEOUT not_started is told of what happened all the same",
    /not the order of time/,
    (it) => {
      it.replied("fund", 0).reply = errorReply("TIMEOUT", 504, { outcome: "not_started" });
    },
  ),
  tamper("I9", "a refusal by what was before", /not true at its time/, (it) => {
    tellAndRecord(it, "too-much", (details) => Object.assign(details, { available: "70", shortfall: "430" }));
  }),
  tamper("I9", "a hold expires before its time", /expired before its time/, (it) => {
    it.operation(`holdfast:expire:${it.hold("short")}`).createdAtMs = it.holdRow("short").expiresAtMs - 1;
  }),
  tamper("I10", "an error tells a memo", /text that a caller stored/, (it) =>
    say(it, "too-much", "canary-7"),
  ),
  tamper("I10", "an error tells SQL", /an error tells SQL/, (it) => {
    say(it, "too-much", "update holdfast.wallets set credit_balance = $1");
  }),
  tamper("I10", "an error tells what Postgres said", /words of Postgres/, (it) => {
    say(it, "too-much", "new row violates a check");
  }),
  tamper("I10", "an error tells a stack", /an error tells a stack/, (it) => {
    say(it, "too-much", "at executeCalls (execute:58:9)");
  }),
  tamper("I10", "an error tells a path", /a path of a file/, (it) =>
    say(it, "too-much", "in /srv/holdfast/packages/db"),
  ),
  tamper("I10", "an error tells another tenant's id", /another tenant's id/, (it) =>
    say(it, "too-much", it.id("foreign")),
  ),
  tamper("I10", "an error tells another user's id", /another user's id/, (it) =>
    say(it, "too-much", it.id("till")),
  ),
  tamper("I10", "another's wallet is shown", /another's wallet was shown/, (it) => {
    for (const sent of it.sent("get")) sent.caller = { ...bob };
  }),
  tamper("I1 I10", "another tenant's outcome is replayed", /another tenant's id/, (it) => {
    it.replied("fund", 0, 2).reply = structuredClone(it.replied("fund", 3).reply);
  }),
  tamper("I11", "a reply comes late", /a late reply/, (it) => {
    it.replied("last").atMs += 1_100;
  }),
];
