import { RecordedValue } from "./recorded-value.tsx";

/** The fields of a recorded object, a line each; what is nested in one stands as it was recorded. */
export function Facts({ of }: { of: unknown }) {
  const facts = Object.entries((of ?? {}) as Record<string, unknown>);
  if (facts.length === 0) return null;
  return (
    <dl className="grid max-w-3xl grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 text-sm">
      {facts.map(([name, value]) => (
        <div
          key={name}
          className="col-span-full grid grid-cols-subgrid items-baseline border-t border-line py-1 last:border-b"
        >
          <dt className="text-soft">{name}</dt>
          <dd className="figures min-w-0">
            <Value name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value }: { name: string; value: unknown }) {
  if (typeof value === "string") {
    return (
      <span className="wrap-anywhere">
        <RecordedValue name={name} value={value} />
      </span>
    );
  }
  if (typeof value !== "object" || value === null) return <span>{String(value)}</span>;
  return (
    <pre className="max-h-64 overflow-auto rounded-sm bg-sunken p-2 font-mono text-xs whitespace-pre-wrap wrap-anywhere">
      {JSON.stringify(value, undefined, 2)}
    </pre>
  );
}
