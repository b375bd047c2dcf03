import { Page } from "../app/page.tsx";
import { useSession } from "../session/session-context.tsx";
import { Keys } from "./keys/keys.tsx";
import { Webhooks } from "./webhooks/webhooks.tsx";

/** What an admin looks after: who may sign in as what, and who is told of what changes. `open`: the webhook whose deliveries are shown. */
export function AdministrationPage({ open }: { open: string | undefined }) {
  const { role, tenantId } = useSession();
  return (
    <Page title="Administration" aside={<p className="text-sm text-soft">Tenant {tenantId}</p>}>
      {role === "admin" ? (
        <div className="flex flex-col gap-12">
          <Keys />
          <Webhooks open={open} />
        </div>
      ) : (
        <div className="rounded-lg border border-dashed border-edge px-5 py-8">
          <p className="font-medium">Only an admin may manage keys and webhooks</p>
          <p className="max-w-prose text-soft">
            You are signed in as a {role}. Sign in as an admin of tenant {tenantId}
            {"; "}the demo has one, warden.
          </p>
        </div>
      )}
    </Page>
  );
}
