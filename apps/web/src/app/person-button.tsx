import type { ComponentProps } from "react";
import { useSession } from "../session/session-context.tsx";
import { ChevronIcon } from "../ui/icons.tsx";

/** Who is signed in, as the button of a menu. */
export function PersonButton({ compact, ...props }: ComponentProps<"button"> & { compact: boolean }) {
  const { name, role, tenantId } = useSession();
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-label={`${name}, ${role}, tenant ${tenantId}: theme and sign out`}
      {...props}
      className="flex min-h-10 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-sunken data-popup-open:bg-sunken"
    >
      <span
        aria-hidden="true"
        className="flex size-6 shrink-0 items-center justify-center rounded-sm bg-accent-wash text-sm font-semibold text-accent uppercase"
      >
        {name.slice(0, 1)}
      </span>
      <span className="min-w-0 flex-1 leading-tight">
        <span className="block truncate font-medium">{name}</span>
        {!compact && (
          <span className="block truncate text-sm text-faint">
            {role}, tenant {tenantId}
          </span>
        )}
      </span>
      <span className="text-faint">
        <ChevronIcon />
      </span>
    </button>
  );
}
