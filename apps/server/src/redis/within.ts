/** A reply that took longer than it may. */
export class Overdue extends Error {
  override readonly name = "Overdue";
}

/**
 * The work's result, if it is there within the budget. A process that was busy for so long finds its timers first and its mail
 * second: what has come meanwhile is read before anything counts as late.
 */
export function within<T>(budgetMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Overdue(`nothing within ${budgetMs} ms`));
    const timer = setTimeout(() => setImmediate(late), budgetMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
