import { Tabs } from "@base-ui/react/tabs";
import type { Wallet } from "@holdfast/react";
import { Skeleton } from "../ui/skeleton.tsx";
import { BoostForm } from "./boost-form.tsx";
import { StreamPanel } from "./stream-panel.tsx";

const panelClass = "@container rounded-lg border border-line bg-surface";
const tabClass =
  "min-h-9 px-1 text-soft -outline-offset-2 select-none hover:text-ink data-active:font-medium data-active:text-ink pointer-coarse:min-h-11";

/** Both panels stay mounted: looking at the other one must not end a stream. */
export function PayPanel({ wallet }: { wallet: Wallet }) {
  return (
    <Tabs.Root defaultValue="boost" className={panelClass}>
      <Tabs.List className="relative flex gap-5 border-b border-line px-4">
        <Tabs.Tab value="boost" className={tabClass}>
          Boost
        </Tabs.Tab>
        <Tabs.Tab value="stream" className={tabClass}>
          Stream
        </Tabs.Tab>
        <Tabs.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-accent transition-all duration-150" />
      </Tabs.List>
      <Tabs.Panel value="boost" keepMounted className="p-4 -outline-offset-2">
        <BoostForm wallet={wallet} />
      </Tabs.Panel>
      <Tabs.Panel value="stream" keepMounted className="p-4 -outline-offset-2">
        <StreamPanel wallet={wallet} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}

const FIELDS = ["to", "amount", "episode", "message", "button"];

/** The panel's place while the wallets are read. */
export function PayPanelLoading() {
  return (
    <div aria-hidden="true" className={panelClass}>
      <p className="flex min-h-9 items-center gap-7 border-b border-line px-5 text-faint pointer-coarse:min-h-11">
        <span>Boost</span>
        <span>Stream</span>
      </p>
      <div className="grid gap-3.5 p-4 @2xl:grid-cols-2 @2xl:gap-x-6">
        {FIELDS.map((field) => (
          <div key={field} className="flex flex-col gap-1">
            <span className="text-sm">
              <Skeleton width="4rem" />
            </span>
            <span className="h-8 rounded-md bg-sunken pointer-coarse:h-10" />
          </div>
        ))}
      </div>
    </div>
  );
}
