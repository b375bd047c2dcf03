/** What the later rooms will be for. Nothing in them works yet, and they say so. */
export const plans = {
  "/race-lab": {
    title: "Race lab",
    will: "Two payments at the same moment, run by a careless strategy and by this one, side by side, to see what each loses.",
  },
} as const;
