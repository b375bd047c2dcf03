import { SignJWT } from "jose";
import type { Caller, HistoryWriter, Reply } from "../history.ts";
import { createRandom, type Random } from "../random.ts";
import type { World } from "../world.ts";
import { Book, service, user } from "./book.ts";
import { type Intent, makeIntent } from "./intents.ts";
import { send } from "./send.ts";

export interface WorkloadOptions {
  readonly world: World;
  readonly history: HistoryWriter;
  readonly seed: number;
  readonly clients: number;
  readonly deadlineMs: number;
}

export interface Workload {
  /** Intents begun, and what the clients did to them on purpose. */
  readonly counts: Record<
    "intents" | "attempts" | "retries" | "duplicates" | "late" | "poisoned" | "gave-up-early",
    number
  >;
  /** How far the clients' clocks are off, in milliseconds: their keys show it. */
  clockShiftMs: number;
  /** Milliseconds of `performance.now()` at which the given server last gave a definite answer. */
  lastAnswerAt(server: number): number;
  /** No new intents; resolves when every intent has its one true outcome. */
  finish(): Promise<void>;
}

const HOT = 3;
const COLD = 60;

/** Opens the wallets, then keeps `clients` busy until `finish`. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { world, history, deadlineMs } = options;
  const random = createRandom(options.seed);
  const book = new Book();
  const tokens = new Map<string, Promise<string>>();
  const answeredAt = new Map<number, number>();
  const counts = {
    intents: 0,
    attempts: 0,
    retries: 0,
    duplicates: 0,
    late: 0,
    poisoned: 0,
    "gave-up-early": 0,
  };
  let finishing = false;
  let clockShiftMs = 0;
  const late: { at: number; intent: Intent }[] = [];

  const tokenFor = (caller: Caller): Promise<string> => {
    const name = `${caller.tenantId}/${caller.role}/${caller.subject}`;
    let token = tokens.get(name);
    if (token === undefined) {
      token = new SignJWT({ tenant: caller.tenantId, role: caller.role })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(caller.subject)
        .setIssuedAt()
        .setExpirationTime("3h")
        .sign(new TextEncoder().encode(world.secret));
      tokens.set(name, token);
    }
    return token;
  };

  async function attempt(intent: Intent, from: Random, patienceMs = deadlineMs): Promise<Reply> {
    const site = from.pick(world.servers);
    const token = await tokenFor(intent.caller);
    const attempt = ++counts.attempts;
    history.write({
      type: "sent",
      attempt,
      atMs: performance.now(),
      server: site.index,
      deadlineMs,
      ...intent,
    });
    const reply = await send({
      port: site.clientProxy.port,
      procedure: intent.procedure,
      input: intent.input,
      token,
      // A little less than the caller's own patience, so that the server's word arrives before it stops listening.
      deadlineMs: deadlineMs - 50,
      patienceMs,
    });
    const atMs = performance.now();
    if (reply.kind !== "lost") answeredAt.set(site.index, atMs);
    history.write({ type: "replied", attempt, atMs, reply });
    return reply;
  }

  /** Sends until the outcome is definite, with the same key every time, as a well-behaved client does. */
  async function resolve(intent: Intent, from: Random): Promise<Reply> {
    for (let tries = 0; ; tries++) {
      const impatient = !finishing && from.chance(0.02);
      if (impatient) counts["gave-up-early"]++;
      const reply = await attempt(intent, from, impatient ? from.whole(1, 30) : deadlineMs);
      if (isDefinite(reply)) return reply;
      if (intent.procedure === "wallets.get") return reply;
      counts.retries++;
      await new Promise((next) =>
        setTimeout(next, from.whole(5, Math.min(500, 20 * 2 ** Math.min(tries, 5)))),
      );
    }
  }

  function learn(intent: Intent, reply: Reply): void {
    if (reply.kind !== "success") return;
    const { walletId, version, holdId } = reply.data;
    if (intent.procedure === "wallets.open" && typeof walletId === "string") {
      const { tenantId, subject } = intent.caller;
      const ownerId = typeof intent.input["ownerId"] === "string" ? intent.input["ownerId"] : subject;
      const hot = book.wallets.filter((known) => known.tenantId === tenantId).length < HOT;
      book.wallets.push({ id: walletId, tenantId, ownerId, hot, version: "0" });
    }
    const wallet = book.wallets.find((known) => known.id === walletId);
    if (wallet === undefined) return;
    if (typeof version === "string") wallet.version = version;
    if (intent.procedure === "wallets.hold" && typeof holdId === "string") {
      book.holds.push({ id: holdId, wallet, amount: Number(intent.input["amount"]) });
    }
  }

  /** Things that no good client does, and every network and attacker: none may have an effect of its own. */
  async function mischief(intent: Intent, from: Random): Promise<void> {
    if (intent.procedure === "wallets.get") return;
    if (from.chance(0.05)) {
      counts.duplicates++;
      await attempt(intent, from);
    }
    if (from.chance(0.03)) late.push({ at: performance.now() + from.whole(500, 15_000), intent });
    if (from.chance(0.02) && "amount" in intent.input) {
      counts.poisoned++;
      await attempt({ ...intent, input: { ...intent.input, amount: String(from.whole(61, 99)) } }, from);
    }
    if (from.chance(0.02)) {
      // The same key in another tenant is another key.
      const other = makeIntent(from, book, Date.now() + clockShiftMs);
      const { idempotencyKey } = intent.input;
      if (
        idempotencyKey !== undefined &&
        other.caller.tenantId !== intent.caller.tenantId &&
        "idempotencyKey" in other.input
      ) {
        counts.poisoned++;
        await resolve({ ...other, input: { ...other.input, idempotencyKey } }, from);
      }
    }
    if (from.chance(0.02)) {
      counts.poisoned++;
      await attempt({ ...intent, caller: user(intent.caller.tenantId, "mallory") }, from);
    }
  }

  async function client(from: Random): Promise<void> {
    while (!finishing) {
      const due = late.findIndex(({ at }) => at <= performance.now());
      const [waited] = due >= 0 ? late.splice(due, 1) : [];
      if (waited !== undefined) {
        counts.late++;
        await attempt(waited.intent, from);
        continue;
      }
      counts.intents++;
      const intent = makeIntent(from, book, Date.now() + clockShiftMs);
      // Two deliveries at once, most likely to two servers.
      const twin = from.chance(0.03) ? attempt(intent, from) : undefined;
      if (twin !== undefined) counts.duplicates++;
      learn(intent, await resolve(intent, from));
      await twin;
      await mischief(intent, from);
    }
  }

  await Promise.all(
    [1, 2].flatMap((tenantId) =>
      Array.from({ length: HOT + COLD }, async (_, at) => {
        const from = random.fork();
        const owner = {
          idempotencyKey: `open-${tenantId}-${at}`,
          currency: "sat",
          ownerId: `user-${at % 40}`,
        };
        const open: Intent = { caller: service(tenantId), procedure: "wallets.open", input: owner };
        const opened = await resolve(open, from);
        learn(open, opened);
        if (opened.kind !== "success")
          throw new Error("a wallet could not be opened before the faults began");
        const fund = {
          idempotencyKey: `fund-${tenantId}-${at}`,
          walletId: opened.data["walletId"],
          amount: "2000",
        };
        await resolve({ caller: service(tenantId), procedure: "wallets.credit", input: fund }, from);
      }),
    ),
  );
  const running = Promise.all(Array.from({ length: options.clients }, () => client(random.fork())));

  return {
    counts,
    get clockShiftMs() {
      return clockShiftMs;
    },
    set clockShiftMs(ms) {
      clockShiftMs = ms;
    },
    lastAnswerAt: (server) => answeredAt.get(server) ?? 0,
    async finish() {
      finishing = true;
      await running;
    },
  };
}

/** Whether a key's fate is settled: told, or refused for good. */
function isDefinite(reply: Reply): boolean {
  if (reply.kind === "success") return true;
  if (reply.kind !== "error") return false;
  return !["TIMEOUT", "INTERNAL", "OVERLOADED", "UNAVAILABLE", "TRANSACTION_CONFLICT"].includes(reply.code);
}
