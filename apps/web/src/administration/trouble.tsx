import type { IntentHandle, MutationError } from "@holdfast/react";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

interface TroubleProps<I, D> {
  intent: Pick<IntentHandle<I, D, MutationError>, "state" | "check" | "dismiss">;
  /** What was wanted, such as "Revoking the key of billing". */
  what: string;
}

/** What kept a command from being done, if anything did; announced when it appears. */
export function Trouble<I, D>({ intent: { state, check, dismiss }, what }: TroubleProps<I, D>) {
  return (
    <div role="status" className="empty:hidden">
      {state.status === "refused" && (
        <Notice
          state="refused"
          title={`${what} was refused`}
          actions={<Button onClick={dismiss}>Close</Button>}
        >
          <p className="text-soft">{reasonOf(state.error)}</p>
        </Notice>
      )}
      {state.status === "unresolved" && (
        <Notice
          state="unresolved"
          title={`${what} may or may not have happened`}
          actions={
            <Button onClick={() => void check().catch(() => undefined)}>Check again (same key)</Button>
          }
        >
          <p className="text-soft">
            {state.error?.message ?? "The page was left before the answer came."} Checking again can’t do it
            twice.
          </p>
        </Notice>
      )}
    </div>
  );
}

/** What the server says of a field is more than that something is not valid. */
function reasonOf(error: MutationError): string {
  if (error.code !== "BAD_REQUEST") return error.message;
  return error.details.issues.map(({ path, message }) => `${path} ${message}`).join("; ");
}

/** Whether a second one must wait. */
export function isUndecided({ state }: { state: { readonly status: string } }): boolean {
  return state.status === "pending" || state.status === "unresolved";
}

/** Whether there is anything for `Trouble` to say. */
export function isTroubled({ state }: { state: { readonly status: string } }): boolean {
  return state.status === "refused" || state.status === "unresolved";
}
