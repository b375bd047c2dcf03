import type { ChangeEvent } from "@holdfast/client";
import { useEffect, useRef } from "react";
import { useHoldfast } from "../context.ts";

/** A topic and the version of it that is known. */
export interface KnownTopic {
  readonly id: string;
  readonly version: string;
}

/**
 * Hears every change of topics after the versions that are known when it begins to listen. `onEvents` may be told a version
 * again, and merges by it.
 */
export function useTopics(
  kind: string,
  topics: readonly KnownTopic[],
  onEvents: (events: readonly ChangeEvent[]) => void,
): void {
  const { feed } = useHoldfast();
  const latest = useRef({ topics, onEvents });
  useEffect(() => {
    latest.current = { topics, onEvents };
  });
  const ids = topics.map(({ id }) => id).join(" ");
  useEffect(() => {
    const wanted = ids === "" ? [] : ids.split(" ");
    const stops = wanted.flatMap((id) => {
      const known = latest.current.topics.find((topic) => topic.id === id);
      if (known === undefined) return [];
      const hear = (events: readonly ChangeEvent[]): void => latest.current.onEvents(events);
      return [feed.listen({ kind, id, since: known.version, onEvents: hear })];
    });
    return () => {
      for (const stop of stops) stop();
    };
  }, [feed, kind, ids]);
}
