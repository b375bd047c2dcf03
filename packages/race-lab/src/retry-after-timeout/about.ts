import { DEFAULTS, type StoryAbout } from "../about.ts";

export const about: StoryAbout = {
  id: "retry-after-timeout",
  title: "A retry after a timeout",
  tale: "A service withdraws from a wallet. The database commits, and the answer is lost: a timeout, a restart, a proxy. The service can't tell whether anything happened, so it does what it must and sends the call again: the wallet pays twice.",
  rule: "A wallet pays once for each withdrawal, however often it is sent.",
  caller: "service",
  defaults: { ...DEFAULTS, callers: 4, calls: 24, lostAnswersPercent: 40 },
  strategies: [
    {
      id: "naive",
      name: "Read, check, write back",
      holds: false,
      because:
        "It overwrites what others have withdrawn meanwhile, and a call that is sent again is a new one to it.",
    },
    {
      id: "conditional-update",
      name: "Conditional UPDATE",
      holds: false,
      because:
        "No withdrawal is lost. But the second sending of a call meets its condition as well as the first did.",
    },
    {
      id: "for-update",
      name: "SELECT … FOR UPDATE",
      holds: false,
      because: "The lock was given up with the commit: the repetition takes it again and pays again.",
    },
    {
      id: "serializable",
      name: "SERIALIZABLE and retry",
      holds: false,
      because:
        "Two withdrawals one after the other are a perfectly serial history. Isolation can't know that the second was not wanted.",
    },
    {
      id: "for-update-and-key",
      name: "FOR UPDATE, then the key",
      holds: true,
      because:
        "The caller names its call, and the name is recorded with the payment: a repetition finds it, after the lock, and answers that it is done.",
    },
    {
      id: "holdfast",
      name: "Holdfast",
      holds: true,
      because:
        "The outcome is recorded under the key in the transaction that pays. The repetition is answered that outcome, for ever.",
    },
  ],
};
