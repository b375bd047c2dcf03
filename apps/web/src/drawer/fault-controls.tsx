import { Button } from "../ui/button.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { DELAY_MS, type Fault, type Tap, type TapState, type When } from "./tap.ts";

const faults: readonly { fault: Fault; name: string; does: string }[] = [
  { fault: "drop", name: "Drop the answer", does: "The server does it, and the page never hears so." },
  { fault: "delay", name: `Answer ${DELAY_MS / 1_000} s late`, does: "The server does it at once." },
  { fault: "duplicate", name: "Send it twice", does: "Two requests, the same key." },
];

const whens: readonly { value: When; label: string }[] = [
  { value: "off", label: "Off" },
  { value: "next", label: "Next" },
  { value: "every", label: "Every" },
];

/** What to do to the next call that changes something, or to every one. */
export function FaultControls({ tap, state }: { tap: Tap; state: TapState }) {
  const { isConnected } = state;
  return (
    <div className="flex flex-col gap-2.5 p-4 sm:px-6 md:overflow-y-auto md:border-r md:border-line">
      {faults.map(({ fault, name, does }) => (
        <div
          key={fault}
          data-fault={fault}
          className="grid grid-cols-[minmax(0,1fr)_10rem] items-center gap-3"
        >
          <p className="leading-tight">
            <span className="block font-medium">{name}</span>
            <span className="text-sm text-faint">{does}</span>
          </p>
          <Segmented
            label={name}
            options={whens}
            value={state.faults[fault]}
            onChange={(when) => tap.set(fault, when)}
          />
        </div>
      ))}
      <div className="mt-auto grid grid-cols-[minmax(0,1fr)_10rem] items-center gap-3 border-t border-line pt-2.5">
        <p role="status" className="flex items-center gap-1.5 text-sm text-soft">
          <StateMark state={isConnected ? "confirmed" : "attention"} size={14} />
          {isConnected ? "The network is there" : "Every request fails; the feed is cut"}
        </p>
        <Button
          look={isConnected ? "plain" : "primary"}
          onClick={isConnected ? tap.disconnect : tap.reconnect}
        >
          {isConnected ? "Disconnect" : "Reconnect"}
        </Button>
      </div>
    </div>
  );
}
