import { isHoldfastError } from "@holdfast/client";
import { Link } from "@tanstack/react-router";
import { useOnline } from "../../app/use-online.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";

export function ChatEmpty() {
  return (
    <div className="m-auto flex max-w-sm flex-1 flex-col justify-center px-6 text-center">
      <p className="font-medium">Nothing was said yet</p>
      <p className="text-soft">
        What you send is kept on this device until the server has confirmed it, and then for good. Close the
        page, open another: the answer goes on where it is.
      </p>
    </div>
  );
}

export function ChatFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const online = useOnline();
  const isGone = isHoldfastError(error) && (error.code === "NOT_FOUND" || error.code === "BAD_REQUEST");
  return (
    <section aria-label="Conversation" className="max-w-xl p-4 sm:p-6">
      <title>Conversations · Holdfast</title>
      {isGone ? (
        <p className="text-soft">
          The address names a conversation that does not exist, or that you may not see.{" "}
          <Link to="/conversations" className="text-accent underline underline-offset-2">
            All conversations
          </Link>
        </p>
      ) : (
        <Notice
          state="attention"
          title={online ? "The conversation could not be read" : "You are offline"}
          actions={<Button onClick={onRetry}>Try again</Button>}
        >
          <p className="text-soft">
            {online ? error.message : "It will be read when the connection returns."}
          </p>
        </Notice>
      )}
    </section>
  );
}

export function ChatLoading() {
  return (
    <section aria-label="Conversation" className="flex min-h-0 flex-col">
      <title>Conversations · Holdfast</title>
      <div className="flex min-h-14 items-center border-b border-line px-4 sm:px-6">
        <Skeleton width="10rem" />
      </div>
      <div className="mx-auto flex w-full max-w-[52rem] flex-1 flex-col justify-end gap-4 p-6 sm:pl-[4.5rem]">
        <span role="status" className="sr-only">
          Reading the conversation
        </span>
        {["35%", "80%", "62%"].map((width) => (
          <Skeleton key={width} width={width} />
        ))}
      </div>
    </section>
  );
}
