/** A message of one tab's; `id` is made by the tab, and stays the same when it is sent again. */
export type ChatMessage = {
  readonly id: string;
  /** Counted from 1. */
  readonly tab: number;
  readonly text: string;
};

export interface House {
  readonly conversation: string;
}

/** The only chat. */
export const CHAT = 1;
