import { isHoldfastError } from "@holdfast/client";
import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Timeline } from "./timeline.tsx";
import { useExplanation } from "./use-explanation.ts";

/** One operation from its question to its rows, or why there is none to tell of. */
export function OperationStory({ asked }: { asked: string | undefined }) {
  const online = useOnline();
  const { data, error, isFetching, refetch } = useExplanation(asked);
  if (asked === undefined) return <NothingAsked />;
  if (data) return <Timeline operation={data} />;
  if (!error) return <Loading />;
  if (isHoldfastError(error) && error.code === "NOT_FOUND") return <NotRecorded asked={asked} />;
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? "The operation could not be read" : "You are offline"}
        actions={
          <Button inert={isFetching} onClick={() => void refetch()}>
            {isFetching ? "Trying" : "Try again"}
          </Button>
        }
      >
        <p className="text-soft">{error.message}</p>
      </Notice>
    </div>
  );
}

function NothingAsked() {
  return (
    <div className="rounded-lg border border-dashed border-edge px-5 py-8">
      <p className="font-medium">Every command leaves one operation</p>
      <p className="max-w-prose text-soft">
        It tells who asked for what and when, what came of it, and every row it wrote. Copy an id from the
        last column of a wallet’s history, or take the key that a caller reports.
      </p>
    </div>
  );
}

function NotRecorded({ asked }: { asked: string }) {
  return (
    <div role="status" className="max-w-xl">
      <Notice state="refused" title="Nothing is recorded under this">
        <p className="text-soft">
          No call with the key or id <code className="font-mono break-all text-ink">{asked}</code> was
          executed, or it is not yours to see. One that got no answer and is still not here a minute later had
          no effect; to send it again with the same key is safe in any case.
        </p>
      </Notice>
    </div>
  );
}

function Loading() {
  return (
    // What stands below it on a narrow screen must not be pushed away before one's eyes.
    <div role="status" className="flex flex-col gap-4 max-xl:min-h-dvh">
      <span className="sr-only">Looking it up</span>
      {["18rem", "24rem", "14rem"].map((width) => (
        <div key={width} className="ml-8 flex flex-col gap-2">
          <Skeleton width="5rem" />
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
