import { DEFAULTS, type StoryAbout } from "../about.ts";

export const about: StoryAbout = {
  id: "seat-sold-twice",
  title: "A seat sold twice",
  tale: "Many buyers want the same seat. Each reads that it is free, goes on to the checkout, and marks it as sold. The update asks for no condition, so each succeeds: several people hold a ticket for one seat.",
  rule: "A seat has one ticket at most, and whoever was told that it is theirs holds it.",
  caller: "buyer",
  defaults: { ...DEFAULTS, callers: 5, calls: 50 },
  strategies: [
    {
      id: "naive",
      name: "Read, check, update",
      holds: false,
      because:
        "All buyers read “free” before the first has written, and the update overwrites whoever was quicker.",
    },
    {
      id: "conditional-update",
      name: "Conditional UPDATE",
      holds: true,
      because:
        "“where status = 'free'” is checked again once the row's lock is there: one buyer updates a row, the others update none.",
    },
    {
      id: "for-update",
      name: "SELECT … FOR UPDATE",
      holds: true,
      because: "The others wait until the first has sold the seat, and then read that it is sold.",
    },
    {
      id: "optimistic",
      name: "Version and retry",
      holds: true,
      because: "Who was second finds the version gone, reads again, and sees that the seat is sold.",
    },
    {
      id: "serializable",
      name: "SERIALIZABLE and retry",
      holds: true,
      because: "All but one are refused by Postgres (40001); they run again and read that the seat is sold.",
    },
    {
      id: "advisory-lock",
      name: "Advisory lock",
      holds: true,
      because: "Buyers of a seat take turns, as long as every one of them asks for the lock.",
    },
    {
      id: "holdfast",
      name: "Holdfast",
      holds: true,
      because:
        "The show and its seat are locked and the key is looked up before anything is decided: one buyer has it, the others are refused at once and told which seats are taken.",
    },
  ],
};
