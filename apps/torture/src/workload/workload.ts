import { setTimeout as pause } from "node:timers/promises";
import { type HistoryWriter, QUERIES, type Reply } from "../history.ts";
import { createRandom, type Random } from "../random.ts";
import type { ServerSite, World } from "../world.ts";
import { Book, service, user } from "./book.ts";
import { newConversation } from "./conversation-intents.ts";
import { createHostileTokens, type HostileToken } from "./hostile-tokens.ts";
import { type Intent, key } from "./intent.ts";
import { makeIntent } from "./intents.ts";
import { otherContent } from "./other-content.ts";
import { newShow } from "./seat-intents.ts";
import { isDefinite, send } from "./send.ts";
import { createTokenSigner } from "./tokens.ts";
import { startWatchers } from "./watchers.ts";

export interface WorkloadOptions {
  readonly world: World;
  readonly history: HistoryWriter;
  readonly seed: number;
  readonly clients: number;
  /** Two of them: whoever asks about one must learn nothing of the other. */
  readonly tenants: readonly [number, number];
}

export interface Workload {
  /** Intents begun, and what the clients did to them on purpose. */
  readonly counts: Record<
    "intents" | "attempts" | "retries" | "duplicates" | "late" | "poisoned" | "hostile" | "gave-up-early",
    number
  >;
  /** Calls that were given up long after everything had healed: nobody could tell what became of them. */
  readonly unresolved: readonly Intent[];
  /** How far the clients' clocks are off, in milliseconds: their keys show it. */
  clockShiftMs: number;
  /** Milliseconds of `performance.now()` at which the given server last did what it is there for. */
  lastAnswerAt(server: number): number;
  /** No new intents; resolves when every intent has its one true outcome, and each server has executed a call of each tenant. */
  finish(): Promise<void>;
  /** Resolves when whoever watches has heard of these versions, by id, or has waited long. */
  finishWatching(versions: ReadonlyMap<string, string>): Promise<void>;
}

const HOT = 3;
const COLD = 60;
const SHOWS = 3;
const CONVERSATIONS = 3;
/** Who watches, in a run of the usual number of clients. */
const WATCHERS_A_CLIENT = 1 / 8;
/** How long callers say that they wait: less than some black holes last, and more. */
const DEADLINES_MS = [800, 1_500, 3_000] as const;
/**
 * How long a client rests between two calls, on average: many clients that rest keep a service busier through an outage
 * than few that don't, and don't stall it with their own load.
 */
const THINK_MS = 360;
/** How much longer a caller listens who would notice a late reply. */
const LATE_MS = 500;
/** How long after the end of the faults a call may be without an outcome. */
const RESOLVED_WITHIN_MS = 30_000;
/** Before the faults begin nobody is in a hurry. */
const OPENING_DEADLINE_MS = 10_000;

/** Where a client sends its calls: through the proxies that break connections, or straight to the servers. */
interface Route {
  readonly direct: boolean;
  readonly random: Random;
  /** To this one alone; by default each attempt goes to any of them. */
  readonly site?: ServerSite;
}

/** Opens wallets, shows and conversations, then keeps `clients` busy until `finish`. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { world, history, tenants } = options;
  const random = createRandom(options.seed);
  const book = new Book(tenants);
  const tokenFor = createTokenSigner(world.secret);
  const hostileTokens = createHostileTokens(world.secret);
  const answeredAt = new Map<number, number>();
  const counts = {
    intents: 0,
    attempts: 0,
    retries: 0,
    duplicates: 0,
    late: 0,
    poisoned: 0,
    hostile: 0,
    "gave-up-early": 0,
  };
  let opening = true;
  let finishing = false;
  let hopelessAtMs = Number.POSITIVE_INFINITY;
  const unresolved: Intent[] = [];
  let clockShiftMs = 0;
  const late: { at: number; intent: Intent }[] = [];

  async function attempt(
    intent: Intent,
    route: Route,
    { giveUpMs, hostile }: { giveUpMs?: number | undefined; hostile?: HostileToken } = {},
  ): Promise<Reply> {
    const { direct, random: from, site = from.pick(world.servers) } = route;
    const deadlineMs = opening ? OPENING_DEADLINE_MS : from.pick(DEADLINES_MS);
    const authorization =
      hostile?.authorizationFor(intent.caller) ?? `Bearer ${await tokenFor(intent.caller)}`;
    const attempt = ++counts.attempts;
    const credential = hostile?.name;
    const sent = { attempt, atMs: performance.now(), server: site.index, deadlineMs, direct, credential };
    history.write({ type: "sent", ...sent, ...intent });
    const reply = await send({
      port: direct ? site.process.port : site.clientProxy.port,
      procedure: intent.procedure,
      input: intent.input,
      authorization,
      deadlineMs,
      patienceMs: giveUpMs ?? (direct ? deadlineMs + LATE_MS : deadlineMs),
    });
    const atMs = performance.now();
    if (isDefinite(reply)) answeredAt.set(site.index, atMs);
    history.write({ type: "replied", attempt, atMs, reply });
    return reply;
  }

  /** Sends until the outcome is definite, with the same key every time, as a well-behaved client does. */
  async function resolve(intent: Intent, route: Route): Promise<Reply> {
    const { random: from } = route;
    for (let tries = 0; ; tries++) {
      const impatient = !finishing && from.chance(0.02);
      if (impatient) counts["gave-up-early"]++;
      const reply = await attempt(intent, route, { giveUpMs: impatient ? from.whole(1, 30) : undefined });
      if (isDefinite(reply)) return reply;
      if (opening && tries > 20)
        throw new Error(
          `wallets, shows and conversations can't be opened before the faults begin: ${JSON.stringify(reply)}`,
        );
      if (QUERIES.has(intent.procedure)) return reply;
      // A violation already, and asking for ever would hide it.
      if (reply.kind === "error" && reply.code === "INTERNAL" && tries >= 3) return reply;
      if (performance.now() > hopelessAtMs) {
        unresolved.push(intent);
        return reply;
      }
      counts.retries++;
      await pause(from.whole(5, Math.min(500, 20 * 2 ** Math.min(tries, 5))));
    }
  }

  function learn(intent: Intent, reply: Reply): void {
    book.boxOffice.learn(intent, reply);
    book.chats.learn(intent, reply);
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

  /** Something that wants a key and is as asked for, if it comes by. */
  function intentOf(from: Random, wanted: (intent: Intent) => boolean): Intent | undefined {
    for (let tries = 0; tries < 20; tries++) {
      const intent = makeIntent(from, book, Date.now() + clockShiftMs);
      if ("idempotencyKey" in intent.input && wanted(intent)) return intent;
    }
    return undefined;
  }

  /** Things that no good client does, and every network and attacker: none may have an effect of its own. */
  async function mischief(intent: Intent, route: Route): Promise<void> {
    const { random: from } = route;
    if (QUERIES.has(intent.procedure)) return;
    if (from.chance(0.05)) {
      counts.duplicates++;
      await attempt(intent, route);
    }
    if (from.chance(0.03)) late.push({ at: performance.now() + from.whole(500, 15_000), intent });
    const other = otherContent(intent, from);
    if (from.chance(0.02) && other !== undefined) {
      counts.poisoned++;
      await attempt({ ...intent, input: { ...intent.input, ...other } }, route);
    }
    if (from.chance(0.02)) {
      // The same key in another tenant is another key.
      const { idempotencyKey } = intent.input;
      const elsewhere = intentOf(from, (other) => other.caller.tenantId !== intent.caller.tenantId);
      if (idempotencyKey !== undefined && elsewhere !== undefined) {
        counts.poisoned++;
        learn(
          elsewhere,
          await resolve({ ...elsewhere, input: { ...elsewhere.input, idempotencyKey } }, route),
        );
      }
    }
    if (from.chance(0.02)) {
      counts.poisoned++;
      await attempt({ ...intent, caller: user(intent.caller.tenantId, "mallory") }, route);
    }
  }

  /** The same call, with the key that was told its outcome, or another one that nobody else sends: from who is not who they say. */
  async function trespass(intent: Intent, route: Route): Promise<void> {
    const { random: from } = route;
    if (!from.chance(0.04)) return;
    counts.hostile++;
    const target = from.chance(0.5) ? intent : makeIntent(from, book, Date.now() + clockShiftMs);
    await attempt(target, route, { hostile: from.pick(hostileTokens) });
  }

  /** Sometimes the same call, or another one with its key, at the same time: often to the other server. */
  function startRival(intent: Intent, route: Route): Promise<Reply> | undefined {
    const { random: from } = route;
    const { idempotencyKey } = intent.input;
    // Two that open a wallet have no row to lock: only the key can keep them apart.
    if (from.chance(intent.procedure === "wallets.open" ? 0.5 : 0.03)) {
      counts.duplicates++;
      return attempt(intent, route);
    }
    // Enter held down in a client that makes a key for each time: only the message's id can keep them apart.
    if (("message" in intent.input || "messages" in intent.input) && from.chance(0.1)) {
      counts.duplicates++;
      return attempt({ ...intent, input: { ...intent.input, idempotencyKey: key(Date.now()) } }, route);
    }
    if (idempotencyKey === undefined || !from.chance(0.03)) return undefined;
    const other = intentOf(from, (each) => each.caller.tenantId === intent.caller.tenantId);
    if (other === undefined) return undefined;
    counts.poisoned++;
    return attempt({ ...other, input: { ...other.input, idempotencyKey } }, route);
  }

  async function client(route: Route): Promise<void> {
    const { random: from } = route;
    while (!finishing) {
      await pause(from.whole(0, 2 * THINK_MS));
      const due = late.findIndex(({ at }) => at <= performance.now());
      const [waited] = due >= 0 ? late.splice(due, 1) : [];
      if (waited !== undefined) {
        counts.late++;
        await attempt(waited.intent, route);
        continue;
      }
      counts.intents++;
      const intent = makeIntent(from, book, Date.now() + clockShiftMs);
      const rival = startRival(intent, route);
      learn(intent, await resolve(intent, route));
      await rival;
      await mischief(intent, route);
      await trespass(intent, route);
    }
  }

  async function openWallet(tenantId: number, at: number, route: Route): Promise<void> {
    const caller = service(tenantId);
    const owner = { idempotencyKey: `open-${tenantId}-${at}`, currency: "sat", ownerId: `user-${at % 40}` };
    const open: Intent = { caller, procedure: "wallets.open", input: owner };
    const opened = await resolve(open, route);
    learn(open, opened);
    const { walletId } = opened.kind === "success" ? opened.data : {};
    const fund = { idempotencyKey: `fund-${tenantId}-${at}`, walletId, amount: "2000" };
    await resolve({ caller, procedure: "wallets.credit", input: fund }, route);
  }

  async function openShow(tenantId: number, at: number, route: Route): Promise<void> {
    const intent = newShow(route.random, book, tenantId, `show-${tenantId}-${at}`);
    learn(intent, await resolve(intent, route));
  }

  await Promise.all(
    tenants.flatMap((tenantId) =>
      Array.from({ length: HOT + COLD }, (_, at) =>
        openWallet(tenantId, at, { direct: false, random: random.fork() }),
      ),
    ),
  );
  for (const tenantId of tenants) {
    for (let at = 0; at < SHOWS; at++) await openShow(tenantId, at, { direct: false, random: random.fork() });
    for (let at = 0; at < CONVERSATIONS; at++) {
      const open = newConversation(random.fork(), tenantId, `conversation-${tenantId}-${at}`);
      const input = { ...open.input, ownerId: `user-${at}` };
      const intent = { ...open, caller: service(tenantId), input };
      learn(intent, await resolve(intent, { direct: false, random: random.fork() }));
    }
  }
  opening = false;
  const running = Promise.all(
    Array.from({ length: options.clients }, (_, at) =>
      client({ direct: at % 2 === 0, random: random.fork() }),
    ),
  );

  const watchers = startWatchers({
    ...{ world, history, book, tokenFor, random: random.fork() },
    count: Math.ceil(options.clients * WATCHERS_A_CLIENT),
  });

  /** Each server by itself, for each tenant: one that has come to a stop is hidden by another that goes on. */
  async function knockEverywhere(): Promise<void> {
    hopelessAtMs = performance.now() + RESOLVED_WITHIN_MS;
    const knocks = world.servers.flatMap((site) =>
      tenants.map((tenantId) => {
        const input = { idempotencyKey: key(Date.now()), currency: "sat", ownerId: "user-0" };
        const open: Intent = { caller: service(tenantId), procedure: "wallets.open", input };
        return resolve(open, { direct: true, random: random.fork(), site });
      }),
    );
    await Promise.all(knocks);
  }

  return {
    counts,
    unresolved,
    get clockShiftMs() {
      return clockShiftMs;
    },
    set clockShiftMs(ms) {
      clockShiftMs = ms;
    },
    lastAnswerAt: (server) => answeredAt.get(server) ?? 0,
    async finish() {
      finishing = true;
      hopelessAtMs = performance.now() + RESOLVED_WITHIN_MS;
      await running;
      await knockEverywhere();
    },
    finishWatching: (versions) => watchers.finish(versions),
  };
}
