import { Select as Base } from "@base-ui/react/select";
import { controlClass } from "./field.tsx";
import { CheckIcon, ChevronIcon } from "./icons.tsx";

export interface Option {
  value: string;
  label: string;
  detail?: string;
}

interface SelectProps {
  id: string;
  value: string | null;
  options: readonly Option[];
  placeholder: string;
  onChange: (value: string) => void;
  readOnly?: boolean;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
}

/** One of a list; opens with Enter, Space or the arrows, and takes typed letters. */
export function Select({
  id,
  value,
  options,
  placeholder,
  onChange,
  readOnly = false,
  ...aria
}: SelectProps) {
  return (
    <Base.Root
      id={id}
      value={value}
      items={options}
      readOnly={readOnly}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <Base.Trigger
        className={`${controlClass} flex items-center justify-between gap-2 pr-1.5 text-left data-popup-open:border-faint data-readonly:bg-canvas data-readonly:text-soft`}
        {...aria}
      >
        <Base.Value placeholder={placeholder} className="truncate data-placeholder:text-faint" />
        <Base.Icon className="text-faint">
          <ChevronIcon />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-30 outline-hidden">
          <Base.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float outline-hidden transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="grid min-h-8 grid-cols-[1rem_1fr_auto] items-center gap-2 rounded-md px-2 py-1 outline-hidden select-none data-highlighted:bg-sunken pointer-coarse:min-h-10"
                >
                  <Base.ItemIndicator className="col-start-1 text-accent">
                    <CheckIcon />
                  </Base.ItemIndicator>
                  <Base.ItemText className="col-start-2">{option.label}</Base.ItemText>
                  {option.detail && <span className="col-start-3 text-sm text-faint">{option.detail}</span>}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
