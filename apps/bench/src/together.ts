/** So many callers at once, each until its work is done; when one fails, the others stop where they ask. */
export async function together(
  callers: number,
  work: (isStopped: () => boolean) => Promise<void>,
): Promise<void> {
  let stopped = false;
  const all = Array.from({ length: callers }, async () => {
    try {
      await work(() => stopped);
    } catch (error) {
      stopped = true;
      throw error;
    }
  });
  const settled = await Promise.allSettled(all);
  for (const each of settled) if (each.status === "rejected") throw each.reason;
}
