import { useOnline } from "../app/use-online.ts";
import { Button } from "../ui/button.tsx";
import { PlayIcon, StopIcon } from "../ui/icons.tsx";
import { addressOf, type Choice, sides } from "./address.ts";
import { CopyButton } from "./copy-button.tsx";
import type { RunningRaces } from "./use-races.ts";

interface RunBarProps {
  choice: Choice;
  races: RunningRaces;
  isValid: boolean;
}

/** The one big button, and the way to show the same race to somebody else. */
export function RunBar({ choice, races, isValid }: RunBarProps) {
  const online = useOnline();
  const { callers, calls } = choice.settings;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      {races.isRunning ? (
        <Button className="min-h-11 min-w-40 px-5 text-lg" onClick={races.stop}>
          <StopIcon />
          Stop
        </Button>
      ) : (
        <Button
          look="primary"
          className="min-h-11 min-w-40 px-5 text-lg"
          inert={!isValid || !online}
          onClick={() => races.run(sides)}
        >
          <PlayIcon />
          Run both
        </Button>
      )}
      <p className="min-w-0 flex-1 basis-60 text-soft">{hint()}</p>
      <CopyButton
        text={() => new URL(addressOf(choice), location.href).href}
        name="Copy a link to this race"
      />
    </div>
  );

  function hint(): string {
    if (!online) return "Offline: a race needs the server’s database.";
    if (!isValid) return "A setting is out of its limits.";
    const who = `${callers} ${choice.story.caller}${callers === 1 ? "" : "s"}`;
    return `${who}, ${calls} calls, first by ${choice.left.name}, then by ${choice.right.name}, in tables of their own.`;
  }
}
