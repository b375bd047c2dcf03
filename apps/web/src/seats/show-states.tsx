import { isHoldfastError } from "@holdfast/client";
import { Link } from "@tanstack/react-router";
import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";

/** Nothing was ever read: there is no map to show, not even an old one. */
export function SeatsFailed({ error, what, onRetry }: { error: Error; what: string; onRetry: () => void }) {
  const online = useOnline();
  if (isHoldfastError(error) && error.code === "NOT_FOUND") {
    return (
      <p className="text-soft">
        The address names a show that does not exist, or that you may not see.{" "}
        <Link to="/seats" className="text-accent underline underline-offset-2 hover:text-accent-strong">
          All shows
        </Link>
      </p>
    );
  }
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? `The ${what} could not be read` : "You are offline"}
        actions={<Button onClick={onRetry}>Try again</Button>}
      >
        <p className="text-soft">
          {online ? error.message : `The ${what} will be read when the connection returns.`}
        </p>
      </Notice>
    </div>
  );
}

export function NoShows() {
  return (
    <div className="rounded-lg border border-dashed border-edge px-5 py-8">
      <p className="font-medium">No shows yet</p>
      <p className="max-w-prose text-soft">
        A show is created by the API, with <code className="font-mono">shows.create</code>: a house of
        sections, rows and seats, and whom a seat pays.
      </p>
    </div>
  );
}

/** The map's and the panel's place while the house is read. */
export function ShowLoading() {
  return (
    <div className="grid items-start gap-x-6 gap-y-5 xl:grid-cols-[minmax(0,1fr)_20rem]">
      <span role="status" className="sr-only">
        Reading the house
      </span>
      <div
        aria-hidden="true"
        className="flex h-[62dvh] animate-breathe flex-col items-center gap-4 rounded-lg border border-line bg-surface p-8"
      >
        <span className="h-5 w-1/3 rounded-md bg-sunken" />
        <span className="w-3/5 flex-1 rounded-lg bg-sunken/60" />
        <span className="w-3/5 flex-1 rounded-lg bg-sunken/60" />
      </div>
      <div aria-hidden="true" className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-4">
        <Skeleton width="7rem" />
        <Skeleton width="12rem" />
        <span className="h-8 rounded-md bg-sunken" />
      </div>
    </div>
  );
}
