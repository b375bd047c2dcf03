import { Link, Outlet } from "@tanstack/react-router";
import { DoorButton } from "../drawer/door-button.tsx";
import { DrawerPlace } from "../drawer/drawer-place.tsx";
import { BrandMark } from "../ui/icons.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { RoomLinks } from "./room-links.tsx";

/** The frame of every room: a rail beside it on wide screens, a bar above it on narrow ones. */
export function Shell() {
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="absolute z-50 -translate-y-20 rounded-md bg-action px-3 py-2 text-on-action focus:translate-y-2"
      >
        Skip to the page
      </a>
      <header className="sticky top-0 z-20 flex flex-col border-line bg-canvas max-lg:border-b lg:h-dvh lg:border-r">
        <div className="flex items-center justify-between px-4 pt-2.5 max-lg:pb-1 sm:px-6 lg:px-4 lg:pt-5 lg:pb-4">
          <Link
            to="/"
            aria-label="Holdfast, home"
            className="flex items-center gap-2 font-semibold tracking-tight"
          >
            <BrandMark />
            Holdfast
          </Link>
          <div className="flex lg:hidden">
            <DoorButton compact />
            <PersonMenu compact />
          </div>
        </div>
        <RoomLinks />
        <div className="mt-auto hidden p-2 lg:block">
          <DoorButton />
        </div>
        <div className="hidden border-t border-line p-2 lg:block">
          <PersonMenu />
        </div>
      </header>
      <main id="main" tabIndex={-1} className="min-w-0 outline-hidden">
        <Outlet />
      </main>
      <DrawerPlace />
    </div>
  );
}
