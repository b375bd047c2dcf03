import { HoldfastError } from "@holdfast/db";

/** What is read, or TIMEOUT once its time is up. A read has no effect, so nothing was started that could last. */
export async function within<T>(deadlineMs: number, read: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new HoldfastError("TIMEOUT", { outcome: "not_started" })), deadlineMs);
  });
  try {
    return await Promise.race([read, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
