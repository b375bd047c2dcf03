import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { NoLabError } from "./use-catalogue.ts";

interface RaceLabFailedProps {
  error: Error;
  busy: boolean;
  onRetry: () => void;
}

/** There are no stories to show: this server tells none, or nobody answers. */
export function RaceLabFailed({ error, busy, onRetry }: RaceLabFailedProps) {
  const online = useOnline();
  if (error instanceof NoLabError) {
    return (
      <div className="flex max-w-xl flex-col gap-2 rounded-lg border border-dashed border-edge p-5">
        <p className="font-medium">No races here</p>
        <p className="text-soft">
          The race lab writes to scratch tables of the real database, so it belongs to the demo: this server
          runs without it. On a machine of your own,{" "}
          <code className="font-mono text-ink">npx --yes pnpm start</code> has it, and{" "}
          <code className="font-mono text-ink">pnpm holdfast lab</code> runs it in a terminal.
        </p>
      </div>
    );
  }
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? "The stories could not be read" : "You are offline"}
        actions={
          <Button inert={busy} onClick={onRetry}>
            {busy ? "Trying" : "Try again"}
          </Button>
        }
      >
        <p className="text-soft">
          {online ? error.message : "The races run on the server: come back when the connection does."}
        </p>
      </Notice>
    </div>
  );
}

/** The page's place while the stories are read. */
export function RaceLabLoading() {
  return (
    <div aria-hidden="true" className="flex flex-col gap-5">
      <div className="flex gap-1.5 overflow-hidden py-0.5">
        {["10rem", "9rem", "11rem", "15rem", "8rem"].map((width) => (
          <span
            key={width}
            style={{ width }}
            className="h-8 shrink-0 rounded-md bg-sunken pointer-coarse:h-10"
          />
        ))}
      </div>
      <div className="flex flex-col gap-3">
        <Skeleton width="14rem" />
        <Skeleton width="48rem" />
        <Skeleton width="36rem" />
        <span className="mt-2 h-11 w-40 rounded-md bg-sunken" />
        <div className="mt-6 grid gap-8 xl:grid-cols-2">
          <span className="h-96 rounded-lg bg-sunken" />
          <span className="h-96 rounded-lg bg-sunken max-xl:hidden" />
        </div>
      </div>
    </div>
  );
}
