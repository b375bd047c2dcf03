import { isHoldfastError } from "@holdfast/client";
import { useHoldfast } from "@holdfast/react";
import { useMutation } from "@tanstack/react-query";
import { useSession } from "../session/session-context.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { VerifyResult } from "./verify-result.tsx";

/** Longer than the server takes at most. */
const DEADLINE_MS = 40_000;

/** Lets an admin check every invariant of their tenant. */
export function VerifyPanel() {
  const { role, tenantId } = useSession();
  return (
    <section
      aria-labelledby="verify-title"
      className="flex min-w-0 flex-col gap-3 border-t border-line pt-4 xl:border-t-0 xl:border-l xl:pt-0 xl:pl-8"
    >
      <h2 id="verify-title" className="text-base font-semibold">
        Verify
      </h2>
      <p className="max-w-prose text-soft">
        Reads everything that tenant {tenantId} has written and checks that it agrees with itself. It takes 30
        s at most and holds nobody up.
      </p>
      {role === "admin" ? <Verify /> : <AdminsOnly role={role} />}
    </section>
  );
}

function AdminsOnly({ role }: { role: string }) {
  return (
    <div className="rounded-md border border-dashed border-edge p-3">
      <p className="font-medium">Only an admin may verify</p>
      <p className="text-soft">
        You are signed in as a {role}. Sign in as an admin of this tenant, or run{" "}
        <code className="font-mono text-ink">holdfast verify</code> beside the database.
      </p>
    </div>
  );
}

function Verify() {
  const { operations } = useHoldfast().client;
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: () => operations.verify(undefined, { deadlineMs: DEADLINE_MS }),
    // Otherwise it would wait for the network without a word.
    networkMode: "always",
  });
  return (
    <>
      <div>
        <Button look="primary" inert={isPending} onClick={() => mutate()}>
          {isPending ? "Checking" : data ? "Verify again" : "Verify now"}
        </Button>
      </div>
      <div role="status" className="contents">
        {isPending && (
          <Notice state="pending" title="Checking every invariant">
            <p className="text-soft">Calls go on meanwhile.</p>
          </Notice>
        )}
        {!isPending && error && <VerifyFailed error={error} />}
        {!isPending && !error && data && <VerifyResult result={data} />}
      </div>
    </>
  );
}

function VerifyFailed({ error }: { error: Error }) {
  const busy = isHoldfastError(error) && error.code === "OVERLOADED";
  const refused = isHoldfastError(error) && error.code === "FORBIDDEN";
  return (
    <Notice
      state={refused ? "refused" : "attention"}
      title={busy ? "Another verification is running" : "Nothing was verified"}
    >
      <p className="text-soft">{busy ? "One runs at a time. Try again in a few seconds." : error.message}</p>
    </Notice>
  );
}
