import { useFeedState } from "@holdfast/react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { FeedMark } from "../app/feed-mark.tsx";
import { useOnline } from "../app/use-online.ts";
import { useSession } from "../session/session-context.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Counts } from "./counts.tsx";
import { type Readiness, useReadiness } from "./use-readiness.ts";

const linkClass = "text-accent underline underline-offset-2 hover:text-accent-strong";

/** How it is at this moment, from what the server says of itself. `watches`: whether there is anything to be told of, once that is known. */
export function Health({ watches }: { watches: boolean | undefined }) {
  const { role } = useSession();
  const online = useOnline();
  const { data } = useReadiness();
  const readiness = online ? data : "unanswered";
  const feed = useFeedState();
  return (
    <section
      aria-labelledby="health-title"
      className="flex min-w-0 flex-col gap-4 border-t border-line pt-4 xl:border-t-0 xl:border-l xl:pt-0 xl:pl-8"
    >
      <h2 id="health-title" className="text-base font-semibold">
        Is it healthy?
      </h2>
      <p role="status" className="flex min-h-8 items-center gap-2.5 text-lg font-medium">
        {readiness ? (
          <>
            <StateMark state={readiness === "ready" ? "confirmed" : "attention"} size={18} />
            {online ? verdicts[readiness] : "You are offline"}
          </>
        ) : (
          <Skeleton width="11rem" />
        )}
      </p>
      <dl className="flex flex-col">
        <Part name="Server" isWell={readiness !== "unanswered"}>
          {readiness && serverWords[readiness]}
        </Part>
        <Part name="Database" isWell={readiness === "ready"}>
          {readiness && databaseWords[readiness]}
        </Part>
        <Part name="Change feed" mark={<FeedMark isLive={feed === "live"} />}>
          {watches === false ? "nothing to watch yet" : feed === "live" ? "live" : "connecting"}
        </Part>
      </dl>
      <Counts />
      <p className="text-sm text-soft">
        <Link to="/live-metrics" className={linkClass}>
          Watch the metrics
        </Link>{" "}
        or{" "}
        <Link to="/operations" className={linkClass}>
          {role === "admin" ? "verify every row" : "look an operation up"}
        </Link>
        .
      </p>
    </section>
  );
}

const verdicts: Record<Readiness, string> = {
  ready: "Everything works",
  "database unreachable": "The database can’t be reached",
  draining: "This server is about to stop",
  unanswered: "The server does not answer",
};
const serverWords: Record<Readiness, string> = {
  ready: "answers",
  "database unreachable": "answers",
  draining: "finishes what it has begun",
  unanswered: "no answer",
};
const databaseWords: Record<Readiness, string> = {
  ready: "ready",
  "database unreachable": "calls are refused until it is back",
  draining: "ready",
  unanswered: "not known",
};

interface PartProps {
  name: string;
  isWell?: boolean;
  mark?: ReactNode;
  children: ReactNode;
}

function Part({ name, isWell = true, mark, children }: PartProps) {
  return (
    <div className="grid grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-2.5 border-t border-line py-1.5 last:border-b">
      <span aria-hidden="true" className="flex justify-center">
        {children ? (mark ?? <StateMark state={isWell ? "confirmed" : "attention"} size={14} />) : null}
      </span>
      <dt>{name}</dt>
      <dd className="text-right text-soft">{children || <Skeleton width="4rem" />}</dd>
    </div>
  );
}
