import type { ChangeEvent, HoldfastFailure, WatchState } from "@holdfast/client";
import { type UseQueryResult, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Show } from "../client-types.ts";
import { useHoldfast } from "../context.ts";
import { useFeedState } from "../feed/use-feed-state.ts";
import { useTopics } from "../feed/use-topics.ts";
import { applyChanges, seatsOf } from "./merge.ts";
import { showQuery } from "./queries.ts";

export type SeatStatus = "free" | "held" | "sold" | "blocked";

export interface SeatMap {
  /** The house and its seats as of one version; only what is confirmed. Undefined until it is read. */
  readonly show: Show | undefined;
  statusOf(seatId: string): SeatStatus;
  /** The seats that the last change touched, to show that something moved. */
  readonly changed: ReadonlySet<string>;
  readonly version: string | undefined;
  /** "live" while every change is told within a moment. */
  readonly freshness: WatchState;
  readonly isPending: boolean;
  readonly error: HoldfastFailure | undefined;
  refetch(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** A show's seats, live: every change of the feed in its order, never a guess. */
export function useSeatMap(showId: string): SeatMap {
  const scope = useHoldfast();
  return useLiveSeats(showId, useQuery(showQuery(scope, showId), scope.queryClient));
}

/** `useSeatMap` that suspends until the show is read, and throws what went wrong to the nearest error boundary. */
export function useSuspenseSeatMap(showId: string): SeatMap & { readonly show: Show } {
  const scope = useHoldfast();
  const read = useSuspenseQuery(showQuery(scope, showId), scope.queryClient);
  return { ...useLiveSeats(showId, read), show: read.data };
}

type ReadShow = Pick<UseQueryResult<Show, HoldfastFailure>, "data" | "isPending" | "error" | "refetch">;

function useLiveSeats(showId: string, read: ReadShow): SeatMap {
  const scope = useHoldfast();
  const { queryClient } = scope;
  const { queryKey } = showQuery(scope, showId);
  const [changed, setChanged] = useState<ReadonlySet<string>>(NONE);

  const onEvents = (events: readonly ChangeEvent[]): void => {
    const cached = queryClient.getQueryData(queryKey);
    const next = cached && applyChanges(cached, events);
    if (next === undefined) void queryClient.invalidateQueries({ queryKey });
    else if (next !== cached) {
      queryClient.setQueryData(queryKey, next);
      setChanged(seatsOf(events));
    }
  };
  const show = read.data;
  useTopics("show", show === undefined ? [] : [{ id: showId, version: show.version }], onEvents);

  const statuses = useMemo(() => statusesOf(show), [show]);
  return {
    show,
    statusOf: useCallback((seatId) => statuses.get(seatId) ?? "free", [statuses]),
    changed,
    version: show?.version,
    freshness: useFeedState(),
    isPending: read.isPending,
    error: read.error ?? undefined,
    refetch: () => void read.refetch(),
  };
}

function statusesOf(show: Show | undefined): ReadonlyMap<string, SeatStatus> {
  const statuses = new Map<string, SeatStatus>();
  for (const { rows } of show?.layout.sections ?? []) {
    for (const seat of rows.flatMap(({ seats }) => seats))
      if (seat?.blocked) statuses.set(seat.id, "blocked");
  }
  for (const id of show?.heldSeats ?? []) statuses.set(id, "held");
  for (const id of show?.soldSeats ?? []) statuses.set(id, "sold");
  return statuses;
}
