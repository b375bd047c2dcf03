import { Link, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useSession } from "../session/session-context.tsx";
import { rooms } from "./rooms.ts";

export function RoomLinks() {
  const { role } = useSession();
  const { pathname } = useLocation();
  const bar = useRef<HTMLElement>(null);
  const open = rooms.filter((room) => !("admins" in room) || role === "admin");

  // On a phone the bar is wider than the screen: the room that one is in must not be beyond its edge.
  useEffect(() => {
    const here = bar.current?.querySelector<HTMLElement>("[aria-current]");
    if (!bar.current || !here || !pathname) return;
    const { offsetLeft, offsetWidth } = here;
    bar.current.scrollTo({ left: offsetLeft - (bar.current.clientWidth - offsetWidth) / 2 });
  }, [pathname]);

  return (
    <nav
      ref={bar}
      aria-label="Rooms"
      className="relative overflow-x-auto px-2 [scrollbar-width:none] sm:px-4 lg:px-2"
    >
      <ul className="flex lg:flex-col lg:gap-0.5">
        {open.map(({ to, name, icon: RoomIcon, here }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === "/" }}
              className="group flex min-h-10 items-center gap-2 px-1.5 whitespace-nowrap text-soft -outline-offset-2 hover:text-ink aria-[current]:font-medium aria-[current]:text-ink max-lg:aria-[current]:shadow-[inset_0_-2px_0_var(--color-accent)] sm:px-2 lg:min-h-8 lg:rounded-md lg:hover:bg-sunken lg:aria-[current]:bg-sunken"
            >
              <span className="hidden text-faint group-aria-[current]:text-accent lg:inline">
                <RoomIcon />
              </span>
              {name}
              {!here && (
                <span className="ml-auto hidden text-xs font-normal text-faint lg:inline">
                  <span aria-hidden="true">later</span>
                  <span className="sr-only">, not here yet</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
