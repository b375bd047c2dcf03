import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Page } from "../app/page.tsx";
import { useSession } from "../session/session-context.tsx";

const parts = [
  { to: "/administration", name: "API keys" },
  { to: "/administration/webhooks", name: "Webhooks" },
] as const;

interface AdministrationProps {
  part: (typeof parts)[number]["name"];
  /** What the part is for, in a sentence or two. */
  about: string;
  /** Makes a new one; it stands beside the list where there is room. */
  form: ReactNode;
  children: ReactNode;
}

/** What an admin looks after, a part at a time: who may sign in as what, and who is told of what changes. */
export function Administration(props: AdministrationProps) {
  const { role, tenantId } = useSession();
  return (
    <Page title="Administration" aside={<p className="text-sm text-soft">Tenant {tenantId}</p>}>
      <nav aria-label="Parts of the administration" className="flex gap-5 border-b border-line">
        {parts.map(({ to, name }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true, includeSearch: false }}
            className="flex min-h-9 items-center px-1 text-soft -outline-offset-2 hover:text-ink aria-[current]:font-medium aria-[current]:text-ink aria-[current]:shadow-[inset_0_-2px_0_var(--color-accent)] pointer-coarse:min-h-11"
          >
            {name}
          </Link>
        ))}
      </nav>
      {role === "admin" ? <Part {...props} /> : <AdminsOnly role={role} tenantId={tenantId} />}
    </Page>
  );
}

function Part({ part, about, form, children }: AdministrationProps) {
  return (
    <section
      aria-label={part}
      className="grid items-start gap-x-10 gap-y-5 xl:grid-cols-[minmax(0,1fr)_20rem]"
    >
      <div className="flex min-w-0 flex-col gap-4">
        <p className="max-w-prose text-soft">{about}</p>
        {children}
      </div>
      {form}
    </section>
  );
}

function AdminsOnly({ role, tenantId }: { role: string; tenantId: number }) {
  return (
    <div className="rounded-lg border border-dashed border-edge px-5 py-8">
      <p className="font-medium">Only an admin may see this</p>
      <p className="max-w-prose text-soft">
        You are signed in as a {role}. Keys and webhooks of tenant {tenantId} are for its admins; the demo has
        one, warden.
      </p>
    </div>
  );
}
