let ending: Promise<void> | undefined;

/**
 * Resolves when all that this turn of the loop has found is done, for everybody who asks in it: answers that are waiting for it
 * are then written one right after the other. A write wakes whoever sleeps until it comes, and takes longer for it than serving
 * the call did; written as soon as each is ready, every answer finds its reader asleep again.
 */
export function endOfTurn(): Promise<void> {
  ending ??= new Promise((resolve) => {
    setImmediate(() => {
      ending = undefined;
      resolve();
    });
  });
  return ending;
}
