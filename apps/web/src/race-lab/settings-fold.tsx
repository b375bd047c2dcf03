import type { Catalogue, Settings } from "@holdfast/race-lab/stories";
import { Button } from "../ui/button.tsx";
import { Field, TextInput } from "../ui/field.tsx";
import { ChevronIcon } from "../ui/icons.tsx";
import { type Choice, settingNames } from "./address.ts";

/** What was typed and is no value, by its setting. */
export type Drafts = { readonly [name in keyof Settings]?: string };

interface SettingsFoldProps {
  limits: Catalogue["limits"];
  choice: Choice;
  drafts: Drafts;
  onDrafts: (drafts: Drafts) => void;
  onChange: (settings: { readonly [name in keyof Settings]?: number | undefined }) => void;
}

const labels: Readonly<Record<keyof Settings, string>> = {
  callers: "Callers at once",
  calls: "Calls in all",
  callsPerSecond: "Calls a second",
  latencyMs: "Added latency, ms",
  duplicatesPercent: "Delivered twice, %",
  lostAnswersPercent: "Answers lost, %",
  seconds: "Seconds at most",
  seed: "Seed",
};

/** The settings of a race, which stand in the address as well. */
export function SettingsFold({ limits, choice, drafts, onDrafts, onChange }: SettingsFoldProps) {
  const { settings, story } = choice;
  const changed = settingNames.filter((name) => settings[name] !== story.defaults[name]);
  const hint = (name: keyof Settings) => {
    const { min, max } = limits[name];
    const range = `${min} to ${max.toLocaleString("en")}`;
    return name === "callsPerSecond" ? `${range}; 0: as fast as they can` : range;
  };

  function type(name: keyof Settings, text: string) {
    const { [name]: _gone, ...others } = drafts;
    const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
    const { min, max } = limits[name];
    if (!(value >= min && value <= max)) return onDrafts({ ...drafts, [name]: text });
    onDrafts(others);
    onChange({ [name]: value });
  }

  function reset() {
    onDrafts({});
    onChange(Object.fromEntries(settingNames.map((name) => [name, undefined])));
  }

  return (
    <details className="group -mt-2">
      <summary className="inline-flex min-h-8 list-none items-center gap-1.5 rounded-md pr-2 text-soft select-none hover:text-ink [&::-webkit-details-marker]:hidden">
        <span className="-rotate-90 transition-transform duration-100 group-open:rotate-0">
          <ChevronIcon />
        </span>
        Settings
        {changed.length > 0 && <span className="text-sm text-faint">{changed.length} changed</span>}
      </summary>
      <div className="grid grid-cols-2 gap-x-5 gap-y-3 pt-3 sm:grid-cols-4">
        {settingNames.map((name) => (
          <Field
            key={name}
            label={labels[name]}
            hint={hint(name)}
            error={drafts[name] === undefined ? undefined : `A whole number, ${hint(name)}`}
          >
            {(control) => (
              <TextInput
                {...control}
                name={name}
                inputMode="numeric"
                maxLength={9}
                value={drafts[name] ?? String(settings[name])}
                onChange={(event) => type(name, event.target.value)}
                className="figures text-right"
              />
            )}
          </Field>
        ))}
      </div>
      <Button look="quiet" className="mt-2 -ml-2 px-2" onClick={reset}>
        As the story has them
      </Button>
    </details>
  );
}
