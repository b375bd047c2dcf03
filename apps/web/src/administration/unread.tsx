import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";

interface UnreadProps {
  what: string;
  error: Error | null;
  busy: boolean;
  onRetry: () => void;
}

/** In the place of a list that is not read yet, or can't be. */
export function Unread({ what, error, busy, onRetry }: UnreadProps) {
  const online = useOnline();
  if (!error && online) {
    return (
      <div role="status" className="flex flex-col gap-4 border-y border-line py-3 pl-3">
        <span className="sr-only">Reading the {what}</span>
        <Skeleton width="14rem" />
        <Skeleton width="11rem" />
      </div>
    );
  }
  return (
    <div className="max-w-xl">
      <Notice
        state="attention"
        title={online ? `The ${what} could not be read` : "You are offline"}
        actions={
          <Button inert={busy} onClick={onRetry}>
            {busy ? "Trying" : "Try again"}
          </Button>
        }
      >
        <p className="text-soft">
          {online ? error?.message : `The ${what} will be read when the connection returns.`}
        </p>
      </Notice>
    </div>
  );
}

export function Nothing({ title, children }: { title: string; children: string }) {
  return (
    <div className="rounded-lg border border-dashed border-edge px-5 py-6">
      <p className="font-medium">{title}</p>
      <p className="max-w-prose text-soft">{children}</p>
    </div>
  );
}
