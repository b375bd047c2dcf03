import { errorReply } from "./replies.ts";
import { mallory } from "./scenario.ts";
import { addEntry, type Tamper, takeBack, tamper } from "./spoil.ts";
import type { LooseFields } from "./spoilable-history.ts";

export const tampersOfKeys: readonly Tamper[] = [
  tamper("I1", "an acknowledged operation is lost", /acknowledged, and not in the database/, (it) => {
    it.remove(it.operation("last"));
    takeBack(it, "purse");
  }),
  tamper("I1", "an opened wallet is lost", /acknowledged, and not in the database/, (it) => {
    it.remove(it.operation("open-spare"));
    it.remove(it.wallet("spare"));
    const views = it.told("mine") as unknown as LooseFields[];
    views.splice(
      views.findIndex(({ walletId }) => walletId === it.id("spare")),
      1,
    );
  }),
  tamper("I1", "a refusal that was told is not recorded", /acknowledged, and not in the database/, (it) => {
    it.remove(it.operation("too-much"));
  }),
  tamper("I1", "another outcome is recorded than was told", /another outcome than was told/, (it) => {
    it.told("last")["balance"] = "27";
  }),
  tamper("I1", "a success is told without any key", /without a key/, (it) => {
    delete it.sent("last")[0]?.input["idempotencyKey"];
    it.remove(it.operation("last"));
    takeBack(it, "purse");
  }),
  tamper("I2", "OVERLOADED is told, and it was executed", /nothing was executed, yet/, (it) => {
    it.replied("last").reply = errorReply("OVERLOADED", 503, { retryAfterSeconds: 1 });
  }),
  tamper("I2", "TIMEOUT not_started is told, and it was executed", /nothing was executed, yet/, (it) => {
    it.replied("last").reply = errorReply("TIMEOUT", 504, { outcome: "not_started" });
  }),
  tamper("I13", "a token that had expired is told what its owner may read", /was not told 401/, (it) => {
    const [sent] = it.sent("get");
    if (sent !== undefined) sent.credential = "expired an hour ago";
  }),
  tamper(
    "I2",
    "what only a forged token asked for is executed, and its reply is lost",
    /nothing was executed, yet/,
    (it) => {
      const [sent] = it.sent("lost");
      if (sent !== undefined) sent.credential = "signed with another secret";
    },
  ),
  tamper("I2", "an operation under a key that nobody sent", /nobody asked for/, (it) => {
    it.operation("lost").idempotencyKey = "ghost";
  }),
  tamper("I2", "a call is executed again under a fresh key", /nobody asked for/, (it) => {
    const last = it.operation("ten-again");
    const data = {
      ...it.outcome("ten-again"),
      operationId: "fresh",
      balance: "20",
      available: "20",
      version: "5",
    };
    it.tables.operations.push({ ...last, id: "fresh", idempotencyKey: "fresh", outcome: { ok: true, data } });
    addEntry(it, "jar", "fresh", 10n);
  }),
  tamper("I2", "the clock expires a hold that is none", /no hold explains/, (it) => {
    const { idempotencyKey, ...expiry } = it.operation(`holdfast:expire:${it.hold("short")}`);
    const refused = { ok: false, code: "NOT_FOUND", details: {} };
    it.tables.operations.push({
      ...expiry,
      id: "x",
      idempotencyKey: `${idempotencyKey}-again`,
      outcome: refused,
    });
  }),
  tamper("I2", "a refused call moved credit all the same", /refused, and yet it moved credit/, (it) => {
    addEntry(it, "jar", it.operation("whole").id, -1n);
  }),
  tamper("I2", "entries without an operation", /no operation explains/, (it) =>
    addEntry(it, "jar", "nothing", 1n),
  ),
  tamper("I2", "somebody spends a wallet that is not theirs", /had to be refused: .*NOT_FOUND/, (it) => {
    for (const sent of it.sent("nip")) sent.caller = { ...mallory };
    it.operation("nip").caller = "user:mallory";
  }),
  tamper("I2", "a wallet that nobody opened", /a wallet that nobody opened/, (it) => {
    it.tables.wallets.push({ ...it.wallet("spare"), id: "phantom", ownerId: "nobody" });
  }),
  tamper("I2", "a hold that nobody placed", /a hold that nobody placed/, (it) => {
    it.tables.holds.push({ ...it.holdRow("hold"), id: "phantom" });
  }),
  tamper("I3", "two operations under one key", /two operations under one key/, (it) => {
    it.tables.operations.push({ ...it.operation("too-much"), id: "double" });
  }),
  tamper("I3", "one operation takes effect twice", /an effect more than once/, (it) => {
    addEntry(it, "vault", it.operation("vault-capture").id, -20n);
    takeBack(it, "vault");
    addEntry(it, "bowl", it.operation("gift-too").id, 4n);
  }),
  tamper("I3", "two replies say that it is new", /for the first time more than once/, (it) => {
    it.told("fund", 3)["replayed"] = false;
  }),
  tamper(
    "I3",
    "it is told as new after it was told as old",
    /told as new though it was told before/,
    (it) => {
      it.told("fund", 0)["replayed"] = true;
      it.told("fund", 3)["replayed"] = false;
    },
  ),
  tamper("I3", "a replay says something else", /one key was told two outcomes/, (it) => {
    it.told("fund", 3)["available"] = "101";
  }),
  tamper("I3", "other content is answered under a used key", /answered under a used key/, (it) => {
    it.replied("fund", 2).reply = structuredClone(it.replied("fund", 3).reply);
  }),
  tamper("I3", "another caller is answered under a used key", /answered under a used key/, (it) => {
    it.replied("fund", 1).reply = structuredClone(it.replied("fund", 3).reply);
  }),
  tamper("I3", "a used key tells the values", /other than the fields that differ/, (it) => {
    it.details("fund", 2)["recorded"] = { amount: "100" };
  }),
  tamper("I3", "a used key names fields to another caller", /other than the fields that differ/, (it) => {
    it.details("fund", 1)["fields"] = ["amount"];
  }),
  tamper("I3", "its own key is told to be another's", /its own key belongs to another call/, (it) => {
    it.replied("fund", 3).reply = errorReply("IDEMPOTENCY_KEY_REUSED", 422, { fields: ["amount"] });
  }),
  tamper("I3", "a free key is told to be used", /a key is used that is not/, (it) => {
    it.replied("never").reply = errorReply("IDEMPOTENCY_KEY_REUSED", 422, { fields: ["amount"] });
  }),
  tamper("I3", "what was acknowledged is decided anew", /decided anew/, (it) => {
    it.replied("fund", 3).reply = errorReply("NOT_FOUND", 404, { what: "walletId" });
  }),
];
