import { DEFAULTS, type StoryAbout } from "../about.ts";

export const about: StoryAbout = {
  id: "chat-overwrite",
  title: "Chat messages that overwrite each other",
  tale: "A chat's history is an array in one JSONB column. Each tab reads the array, appends its message, and writes the array back. Whatever another tab has appended in between is gone, and nobody is told.",
  rule: "Every message whose tab was told so is in the history, once, and each tab's messages in the order they were sent.",
  caller: "tab",
  defaults: { ...DEFAULTS, callers: 4, calls: 40 },
  strategies: [
    {
      id: "naive",
      name: "Read array, append, write array",
      holds: false,
      because: "Whoever writes last decides what the history is, and has read it before the others wrote.",
    },
    {
      id: "for-update",
      name: "SELECT … FOR UPDATE",
      holds: true,
      because:
        "The array is locked from its read to its write, so each tab appends to what the last one left.",
    },
    {
      id: "optimistic",
      name: "Version and retry",
      holds: true,
      because: "A tab whose version is gone reads the array again, and appends to that.",
    },
    {
      id: "serializable",
      name: "SERIALIZABLE and retry",
      holds: true,
      because:
        "Postgres refuses the write to a row that changed since it was read (40001), and the tab runs again.",
    },
    {
      id: "jsonb-append",
      name: "history || $1",
      holds: true,
      because:
        "The append is one statement with no read before it. But each one rewrites the whole array, and a message that is sent again after a lost answer is there twice: try it with lost answers.",
    },
    {
      id: "advisory-lock",
      name: "Advisory lock",
      holds: true,
      because: "Tabs take turns, as long as every one of them asks for the lock.",
    },
    {
      id: "holdfast",
      name: "Holdfast",
      holds: true,
      because:
        "A message is a row, numbered under the conversation's lock, and its id makes a repetition recognisable: also with lost answers.",
    },
  ],
};
