/** One column in the panel beside the history; two where the panel has a row of its own. */
export const payFormClass =
  "grid items-start gap-3.5 @2xl:grid-cols-2 @2xl:gap-x-6 *:[button]:col-span-full @2xl:*:[button]:min-w-48 @2xl:*:[button]:justify-self-start *:data-wide:col-span-full";
