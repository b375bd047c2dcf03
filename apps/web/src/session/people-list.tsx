import { Button } from "../ui/button.tsx";
import { ArrowIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { NoDemoError, type Person } from "./demo-api.ts";
import { usePeople } from "./use-people.ts";

const PLACEHOLDERS = ["a", "b", "c", "d", "e"];

interface PeopleListProps {
  signingIn: string | undefined;
  onChoose: (name: string) => void;
}

/** The demo's people by tenant, one row each. */
export function PeopleList({ signingIn, onChoose }: PeopleListProps) {
  const { data, error, refetch, isFetching } = usePeople();
  if (error) return <Unavailable error={error} busy={isFetching} onRetry={() => void refetch()} />;
  if (!data) return <LoadingPeople />;

  return [...new Set(data.map((person) => person.tenantId))].map((tenantId) => (
    <section key={tenantId} aria-labelledby={`tenant-${tenantId}`} className="flex flex-col gap-2">
      <h2 id={`tenant-${tenantId}`} className="text-sm font-medium text-faint">
        Tenant {tenantId}
      </h2>
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
        {data
          .filter((person) => person.tenantId === tenantId)
          .map((person) => (
            <li key={person.name}>
              <PersonRow
                person={person}
                state={signingIn === person.name ? "busy" : signingIn ? "waiting" : "ready"}
                onChoose={onChoose}
              />
            </li>
          ))}
      </ul>
    </section>
  ));
}

interface PersonRowProps {
  person: Person;
  state: "ready" | "busy" | "waiting";
  onChoose: (name: string) => void;
}

function PersonRow({ person, state, onChoose }: PersonRowProps) {
  return (
    <button
      type="button"
      aria-disabled={state !== "ready" || undefined}
      onClick={() => state === "ready" && onChoose(person.name)}
      className="group grid min-h-11 w-full grid-cols-[1fr_auto_1rem] items-center gap-3 px-4 text-left -outline-offset-2 hover:bg-sunken"
    >
      <span>
        <span className="font-medium">{person.name}</span>
        <span className="ml-2 text-faint">{person.role}</span>
      </span>
      <span className="text-sm text-faint">
        {state === "busy" ? "Signing in" : `${person.currency} wallet`}
      </span>
      <span className="text-faint group-hover:text-ink">
        {state === "busy" ? <StateMark state="pending" /> : <ArrowIcon />}
      </span>
    </button>
  );
}

function LoadingPeople() {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm font-medium text-faint">Looking who is there</p>
      <ul aria-hidden="true" className="divide-y divide-line rounded-lg border border-line bg-surface">
        {PLACEHOLDERS.map((key) => (
          <li key={key} className="flex min-h-11 items-center px-4">
            <Skeleton width="7rem" />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unavailable({ error, busy, onRetry }: { error: Error; busy: boolean; onRetry: () => void }) {
  if (error instanceof NoDemoError) {
    return (
      <Notice state="attention" title="This server has no demo people">
        <p className="text-soft">
          It runs outside of demo mode, or was not called by a name of this machine. Start one with{" "}
          <code className="font-mono text-ink">npx --yes pnpm start</code> and open it at 127.0.0.1. Signing
          in with a token of your own is not here yet.
        </p>
      </Notice>
    );
  }
  return (
    <Notice
      state="attention"
      title="The server can’t be reached"
      actions={
        <Button inert={busy} onClick={onRetry}>
          {busy ? "Trying" : "Try again"}
        </Button>
      }
    >
      <p className="text-soft">Nothing was sent. Check that it is running, then try again.</p>
    </Notice>
  );
}
