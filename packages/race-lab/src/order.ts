import { z } from "zod";
import { type Settings, settingsInput } from "./settings.ts";
import { stories } from "./stories.ts";

/** What to run: one strategy of one story. */
export interface Order {
  readonly story: string;
  readonly strategy: string;
  readonly settings: Settings;
}

export interface OrderIssue {
  readonly path: string;
  readonly message: string;
}

const orderInput = z.strictObject({ story: z.string(), strategy: z.string(), ...settingsInput.shape });

/** Reads what a URL or a command line asks for; the story's defaults fill what was left out. */
export function readOrder(input: unknown): { readonly order: Order } | { readonly issues: OrderIssue[] } {
  const parsed = orderInput.safeParse(input);
  if (!parsed.success) {
    return {
      issues: parsed.error.issues.map(({ path, message, ...issue }) => ({
        path: issue.code === "unrecognized_keys" ? issue.keys.join(", ") : path.join("."),
        message: issue.code === "unrecognized_keys" ? "is no setting of the lab" : message,
      })),
    };
  }
  const { story: storyId, strategy: strategyId, ...given } = parsed.data;
  const story = stories.find(({ id }) => id === storyId);
  if (story === undefined) return { issues: [oneOf("story", stories)] };
  if (!story.strategies.some(({ id }) => id === strategyId))
    return { issues: [oneOf("strategy", story.strategies)] };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { order: { story: storyId, strategy: strategyId, settings: { ...story.defaults, ...set } } };
}

function oneOf(path: string, choices: readonly { readonly id: string }[]): OrderIssue {
  return { path, message: `must be one of ${choices.map(({ id }) => id).join(", ")}` };
}
