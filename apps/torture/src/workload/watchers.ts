import { setTimeout as pause } from "node:timers/promises";
import type { Caller, HeardEvent, HistoryWriter } from "../history.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { type Book, service, user } from "./book.ts";
import { type Message, subscribe } from "./subscription.ts";

export interface WatchersOptions {
  readonly world: World;
  readonly history: HistoryWriter;
  readonly book: Book;
  readonly tokenFor: (caller: Caller) => Promise<string>;
  readonly random: Random;
  readonly count: number;
}

export interface Watchers {
  /** Lets all hear of everything up to these versions, by id, or for as long as it may take them; then they hang up. */
  finish(versions: ReadonlyMap<string, string>): Promise<void>;
}

interface Topic {
  readonly kind: string;
  readonly id: string;
  readonly since?: string;
}

/** A lost doorbell costs three seconds; a connection that died unheard must be noticed as well. */
const CATCH_UP_MS = 15_000;

/**
 * People who watch conversations. Each goes on with the last id that it was told whenever its connection is lost or it has
 * hung up, mostly at the other server; after a while it has seen enough, and somebody else takes its place.
 */
export function startWatchers(options: WatchersOptions): Watchers {
  const { world, history, book, tokenFor, random } = options;
  let watchers = 0;
  let awaited: ReadonlyMap<string, string> | undefined;
  let giveUpAtMs = Number.POSITIVE_INFINITY;

  async function watch(from: Random): Promise<void> {
    const wanted = pickTopics(from, book);
    if (wanted === undefined) return void (await pause(100));
    const { caller, topics } = wanted;
    const watcher = ++watchers;
    // Who begins with the last version of all is told nothing, and has seen it.
    const seen = new Map(topics.flatMap(({ id, since }) => (since === undefined ? [] : [[id, since]])));
    const retiresAtMs = performance.now() + from.whole(4_000, 25_000);
    let lastEventId: string | undefined;
    let site = from.pick(world.servers);
    const isDone = (): boolean =>
      performance.now() > giveUpAtMs ||
      (awaited !== undefined && topics.every(({ id }) => seen.get(id) === awaited?.get(id)));

    for (;;) {
      const hangUp = new AbortController();
      const direct = awaited !== undefined || from.chance(0.4);
      const patienceMs = from.chance(0.5) ? from.whole(100, 4_000) : 30_000;
      const timer = setTimeout(() => hangUp.abort(), patienceMs);
      const looking = setInterval(() => {
        if (isDone() || (awaited === undefined && performance.now() > retiresAtMs)) hangUp.abort();
        // What was begun through a proxy may be dead without a sign.
        else if (awaited !== undefined && !direct) hangUp.abort();
      }, 50);
      history.write({
        ...{ type: "watching", watcher, atMs: performance.now(), caller, topics, server: site.index },
        ...(lastEventId === undefined ? {} : { lastEventId }),
      });
      let code: string | undefined;
      const onMessage = ({ event, id, data }: Message): void => {
        if (event === "serialized-error") code = codeIn(data);
        if (event !== undefined || id === undefined) return;
        const events = JSON.parse(data) as HeardEvent[];
        history.write({ type: "heard", watcher, atMs: performance.now(), id, events });
        lastEventId = id;
        for (const { topic, version } of events) seen.set(topic.id, version);
      };
      const token = await tokenFor(caller);
      const port = direct ? site.process.port : site.clientProxy.port;
      const end = await subscribe({
        ...{ port, token, lastEventId, onMessage, signal: hangUp.signal },
        input: { topics },
      });
      clearTimeout(timer);
      clearInterval(looking);
      const finished = awaited !== undefined && isDone();
      const reason = finished
        ? "finished"
        : hangUp.signal.aborted
          ? "hung-up"
          : end === "whole"
            ? "ended"
            : "lost";
      history.write({
        ...{ type: "left", watcher, atMs: performance.now(), reason },
        ...(code === undefined ? {} : { code }),
      });
      if (finished || code === "NOT_FOUND") return;
      if (awaited === undefined && performance.now() > retiresAtMs) return;
      await pause(from.whole(0, 300));
      if (from.chance(0.7)) site = world.servers.find((other) => other !== site) ?? site;
    }
  }

  async function seat(from: Random): Promise<void> {
    while (awaited === undefined) await watch(from);
  }
  const running = Promise.all(Array.from({ length: options.count }, () => seat(random.fork())));
  return {
    async finish(versions) {
      giveUpAtMs = performance.now() + CATCH_UP_MS;
      awaited = versions;
      await running;
    },
  };
}

/** One conversation or two, mostly from what somebody knows of it, and rarely by somebody who may not. */
function pickTopics(random: Random, book: Book): { caller: Caller; topics: Topic[] } | undefined {
  const first = book.chats.pick(random);
  if (first === undefined) return undefined;
  const { tenantId, ownerId } = first;
  const second = random.chance(0.3) ? book.chats.pick(random, tenantId) : undefined;
  const all = second === undefined || second === first ? [first] : [first, second];
  const topics = all.map(({ id, version }): Topic => {
    const since = random.chance(0.6) ? { since: String(version) } : random.chance(0.5) ? { since: "0" } : {};
    return { kind: "conversation", id, ...since };
  });
  if (random.chance(0.03)) return { caller: user(tenantId, "mallory"), topics };
  if (random.chance(0.03)) return { caller: service(book.otherTenant(tenantId)), topics };
  return {
    caller: all.length > 1 || random.chance(0.4) ? service(tenantId) : user(tenantId, ownerId),
    topics,
  };
}

function codeIn(data: string): string | undefined {
  try {
    return (JSON.parse(data) as { data?: { code?: string } }).data?.code;
  } catch {
    return undefined;
  }
}
