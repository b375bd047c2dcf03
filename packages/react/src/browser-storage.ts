/** The page's localStorage; undefined on a server, also where Node has one, and where the browser forbids it. */
export function browserStorage(): Storage | undefined {
  try {
    return typeof window === "undefined" ? undefined : window.localStorage;
  } catch {
    return undefined;
  }
}
