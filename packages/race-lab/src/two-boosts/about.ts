import { DEFAULTS, type StoryAbout } from "../about.ts";

export const about: StoryAbout = {
  id: "two-boosts",
  title: "Two boosts on 75 sats",
  tale: "A podcast wallet holds 75 sats. Two boosts of 50 are sent at the same moment. Each checks the balance, finds 75, and goes ahead: 100 sats reach the podcaster from a wallet that had 75.",
  rule: "A wallet pays only what it has, and its balance is what it was less every boost that was paid.",
  caller: "listener",
  defaults: DEFAULTS,
  strategies: [
    {
      id: "naive",
      name: "Read, check, write back",
      holds: false,
      because:
        "Both boosts read 75 before either has written, so both pass the check and write 25. A transaction alone changes nothing: at READ COMMITTED it neither locks what it reads nor looks again.",
    },
    {
      id: "conditional-update",
      name: "Conditional UPDATE",
      holds: true,
      because:
        "Check and deduction are one statement. The second one waits for the row and then checks it again, as it now is.",
    },
    {
      id: "for-update",
      name: "SELECT … FOR UPDATE",
      holds: true,
      because:
        "The read takes the row's lock, so the second boost reads only after the first has committed. The lock is held for as long as the application thinks.",
    },
    {
      id: "optimistic",
      name: "Version and retry",
      holds: true,
      because:
        "The write says which version it was decided on. The second finds that version gone, writes nothing, and decides again.",
    },
    {
      id: "serializable",
      name: "SERIALIZABLE and retry",
      holds: true,
      because:
        "Postgres refuses to commit what could not have happened one after the other (40001); the loser runs again from its read.",
    },
    {
      id: "advisory-lock",
      name: "Advisory lock",
      holds: true,
      because:
        "Everybody who boosts takes the same lock first. It holds for as long as nobody forgets to: the row itself is not protected.",
    },
    {
      id: "holdfast",
      name: "Holdfast",
      holds: true,
      because:
        "The wallet is locked, the key looked up, the decision made on the locked row and applied as credit_balance + x, in one transaction; boosts that arrive together share it.",
    },
  ],
};
