import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

interface MetricsFailedProps {
  error: Error;
  busy: boolean;
  onRetry: () => void;
}

/** Nothing was ever read: there is no figure to show, not even an old one. */
export function MetricsFailed({ error, busy, onRetry }: MetricsFailedProps) {
  const online = useOnline();
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? "The metrics could not be read" : "You are offline"}
        actions={
          <Button inert={busy} onClick={onRetry}>
            {busy ? "Trying" : "Try again"}
          </Button>
        }
      >
        <p className="text-soft">
          {online ? error.message : "The metrics will be read when the connection returns."}
        </p>
      </Notice>
    </div>
  );
}
