import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";
import type { Session, SessionState, SessionStore } from "./session-store.ts";

const SessionContext = createContext<SessionStore | undefined>(undefined);

export function SessionProvider({ store, children }: { store: SessionStore; children: ReactNode }) {
  const { session } = useSyncExternalStore(store.subscribe, store.getState);
  const expiresAt = session?.expiresAt;

  useEffect(() => {
    if (!expiresAt) return;
    const timer = setTimeout(
      () => store.end("expired"),
      Math.min(Date.parse(expiresAt) - Date.now(), 2 ** 31 - 1),
    );
    return () => clearTimeout(timer);
  }, [expiresAt, store]);

  return <SessionContext value={store}>{children}</SessionContext>;
}

export function useSessionStore(): SessionStore {
  const store = useContext(SessionContext);
  if (!store) throw new Error("There is no session store here.");
  return store;
}

export function useSessionState(): SessionState {
  const store = useSessionStore();
  return useSyncExternalStore(store.subscribe, store.getState);
}

/** The session of a page that is only shown to who is signed in. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error("Nobody is signed in.");
  return session;
}
