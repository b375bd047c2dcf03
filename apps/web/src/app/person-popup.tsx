import { Menu } from "@base-ui/react/menu";
import { useNavigate } from "@tanstack/react-router";
import { useSessionStore } from "../session/session-context.tsx";
import { CheckIcon, LeaveIcon } from "../ui/icons.tsx";
import { PersonButton } from "./person-button.tsx";
import { type Theme, themes, useTheme } from "./theme.ts";

const themeNames: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };
const itemClass =
  "grid min-h-8 grid-cols-[1rem_1fr] items-center gap-2 rounded-md px-2 py-1 outline-hidden select-none data-highlighted:bg-sunken pointer-coarse:min-h-10";

/** The menu of who is signed in, open from the start: it is loaded when it is asked for. */
export function PersonPopup({ compact }: { compact: boolean }) {
  const store = useSessionStore();
  const [theme, setTheme] = useTheme();
  const navigate = useNavigate();

  async function signOut() {
    // The next person's first page should not be this person's wallet.
    await navigate({ to: "/" });
    store.end("left");
  }

  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger render={<PersonButton compact={compact} />} />
      <Menu.Portal>
        <Menu.Positioner
          side={compact ? "bottom" : "top"}
          align={compact ? "end" : "start"}
          sideOffset={4}
          className="z-30"
        >
          <Menu.Popup className="min-w-48 rounded-lg border border-line bg-surface p-1 shadow-float outline-hidden transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Menu.RadioGroup value={theme} onValueChange={setTheme}>
              <Menu.GroupLabel className="px-2 py-1 text-sm text-faint">Theme</Menu.GroupLabel>
              {themes.map((value) => (
                <Menu.RadioItem key={value} value={value} className={itemClass}>
                  <span className="text-accent">{value === theme && <CheckIcon />}</span>
                  {themeNames[value]}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={itemClass} onClick={signOut}>
              <LeaveIcon />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
