import { type ChangeEvent, type Holdfast, isHoldfastError, type WatchState } from "@holdfast/client";

export interface TopicListener {
  readonly kind: string;
  readonly id: string;
  /** The version that the listener knows; it is told every later one, perhaps some again. */
  readonly since: string;
  onEvents(events: readonly ChangeEvent[]): void;
}

/** The one subscription of a page: browsers allow six connections to a host, so all that is watched shares one. */
export interface Feed {
  /** Tells a topic's changes from now on; returns the way to stop. */
  listen(listener: TopicListener): () => void;
  getState(): WatchState;
  subscribe(onState: () => void): () => void;
}

/** What one subscription takes. */
const MAX_TOPICS = 50;

/** Versions follow each other, so the lowest that somebody knows is where to go on from. */
interface Watched {
  readonly kind: string;
  readonly id: string;
  known: bigint;
  readonly listeners: Set<TopicListener>;
}

export function createFeed(client: Pick<Holdfast, "watch">): Feed {
  const topics = new Map<string, Watched>();
  const onStates = new Set<() => void>();
  let state: WatchState = "connecting";
  let leave: AbortController | undefined;
  let reopening = false;

  function become(next: WatchState): void {
    if (next === state) return;
    state = next;
    for (const onState of onStates) onState();
  }

  /** Once for all that come and go together. */
  function reopen(): void {
    if (reopening) return;
    reopening = true;
    queueMicrotask(() => {
      reopening = false;
      leave?.abort();
      leave = new AbortController();
      if (topics.size > 0) void run(leave);
      // Where nothing is told, nothing is live: who polls otherwise must begin to.
      else become("connecting");
    });
  }

  async function run({ signal }: AbortController): Promise<void> {
    const wanted = [...topics.values()].slice(0, MAX_TOPICS);
    const since = wanted.map(({ kind, id, known }) => ({ kind, id, since: `${known}` }));
    // Topics for which there is no room change unseen: then the page as a whole is not live, and goes on polling.
    const isWhole = wanted.length === topics.size;
    const onState = (next: WatchState): void => {
      if (!signal.aborted) become(next === "live" && !isWhole ? "waiting" : next);
    };
    try {
      for await (const events of client.watch(since, { signal, onState })) tell(events);
    } catch (error) {
      if (signal.aborted) return;
      become("waiting");
      // One topic that can't be seen must not keep the others from being watched.
      const gone =
        isHoldfastError(error) && error.code === "NOT_FOUND"
          ? wanted.find(({ kind, id }) => error.details.what === `${kind} ${id}`)
          : undefined;
      if (gone !== undefined && topics.delete(keyOf(gone))) reopen();
    }
  }

  function tell(events: readonly ChangeEvent[]): void {
    const byTopic = new Map<string, ChangeEvent[]>();
    for (const event of events) {
      const key = keyOf(event.topic);
      byTopic.set(key, [...(byTopic.get(key) ?? []), event]);
    }
    for (const [key, some] of byTopic) {
      const topic = topics.get(key);
      const last = some.at(-1);
      if (topic === undefined || last === undefined) continue;
      topic.known = BigInt(last.version);
      for (const listener of topic.listeners) listener.onEvents(some);
    }
  }

  return {
    listen(listener) {
      const key = keyOf(listener);
      const since = BigInt(listener.since);
      const topic = topics.get(key) ?? { ...listener, known: since, listeners: new Set() };
      const isNew = !topics.has(key) || since < topic.known;
      if (since < topic.known) topic.known = since;
      topics.set(key, topic);
      topic.listeners.add(listener);
      if (isNew) reopen();
      return () => {
        topic.listeners.delete(listener);
        if (topic.listeners.size > 0 || topics.get(key) !== topic) return;
        topics.delete(key);
        reopen();
      };
    },
    getState: () => state,
    subscribe(onState) {
      onStates.add(onState);
      return () => {
        onStates.delete(onState);
      };
    },
  };
}

function keyOf({ kind, id }: { kind: string; id: string }): string {
  return `${kind}/${id}`;
}
