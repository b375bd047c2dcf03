import { DEFAULTS, type StoryAbout } from "../about.ts";

export const about: StoryAbout = {
  id: "credit-twice",
  title: "A credit applied twice",
  tale: "A payment provider tells by webhook that credit was bought, and delivers it twice. Each delivery looks whether that credit was applied already, finds nothing, reads the balance, adds, and writes it back: the history has the credit twice, and the balance is anybody's guess.",
  rule: "Every credit is in the history once, and the balance is the sum of the history.",
  caller: "webhook",
  defaults: { ...DEFAULTS, callers: 2, duplicatesPercent: 100 },
  strategies: [
    {
      id: "naive",
      name: "Look, add, write back",
      holds: false,
      because:
        "Both deliveries look before either has written, so both apply the credit; and what they write back overwrites what others have added meanwhile.",
    },
    {
      id: "for-update",
      name: "SELECT … FOR UPDATE, no key",
      holds: false,
      because:
        "No addition is lost any more. But a lock only makes the two deliveries take turns: nothing says that the second is the first again.",
    },
    {
      id: "for-update-and-key",
      name: "FOR UPDATE, then the key",
      holds: true,
      because:
        "The look-up comes after the lock, so it sees what the holder before has committed; credit, history and key are one transaction.",
    },
    {
      id: "conditional-update",
      name: "Unique key and balance + x",
      holds: true,
      because:
        "The history's unique key lets one delivery in and turns the other away, and an addition in SQL has no read that could be stale.",
    },
    {
      id: "serializable",
      name: "SERIALIZABLE and retry",
      holds: true,
      because:
        "The very code that loses without it: Postgres sees that the look-up and the other's insert can't both have come first, and makes one of them run again.",
    },
    {
      id: "advisory-lock",
      name: "Advisory lock on the key",
      holds: true,
      because:
        "The two deliveries of one credit take turns, so the second one's look-up finds it; different credits don't wait for each other, because balance + x needs no read.",
    },
    {
      id: "holdfast",
      name: "Holdfast",
      holds: true,
      because:
        "The key is looked up after the lock and recorded with the credit in one transaction. The second delivery is answered what the first one was.",
    },
  ],
};
