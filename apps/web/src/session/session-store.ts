import type { SignIn } from "./demo-api.ts";

export interface Session {
  readonly name: string;
  readonly token: string;
  readonly tenantId: number;
  readonly role: string;
  readonly expiresAt: string;
}

/** `expired`: by its time, or because the server no longer takes the token. */
export type EndReason = "expired" | "left";

export interface SessionState {
  readonly session: Session | undefined;
  readonly endedBecause: EndReason | undefined;
}

const ITEM = "holdfast:session";

/** Who is signed in, in this tab: another tab may be someone else. */
export type SessionStore = ReturnType<typeof createSessionStore>;

export function createSessionStore(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
  const listeners = new Set<() => void>();
  let state = restore(storage.getItem(ITEM));

  function change(next: SessionState) {
    state = next;
    if (next.session) storage.setItem(ITEM, JSON.stringify(next.session));
    else storage.removeItem(ITEM);
    for (const listener of listeners) listener();
  }

  return {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    begin({ token, principal, expiresAt }: SignIn) {
      const { subject: name, tenantId, role } = principal;
      change({ session: { name, token, tenantId, role, expiresAt }, endedBecause: undefined });
    },
    end(reason: EndReason) {
      if (state.session) change({ session: undefined, endedBecause: reason });
    },
  };
}

function restore(text: string | null): SessionState {
  try {
    const session: Session | null = JSON.parse(text ?? "null");
    if (!session?.token) return { session: undefined, endedBecause: undefined };
    const expired = Date.parse(session.expiresAt) <= Date.now();
    return expired ? { session: undefined, endedBecause: "expired" } : { session, endedBecause: undefined };
  } catch {
    return { session: undefined, endedBecause: undefined };
  }
}
