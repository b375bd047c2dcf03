import { browserStorage } from "../browser-storage.ts";
import type { Reserved } from "../client-types.ts";

/** One's own reservation of a show as this browser keeps it: whoever reloads the page still has its token. */
export interface KeptReservation
  extends Pick<Reserved, "reservationId" | "seats" | "price" | "status" | "expiresAt"> {
  /** Undefined once it holds no seats any more. */
  readonly token: string;
  /** When it expires by this device's clock, in epoch milliseconds: reckoned from the seconds that the server told. */
  readonly endsAtMs: number;
}

export interface ReservationStore {
  get(): KeptReservation | undefined;
  set(reservation: KeptReservation | undefined): void;
  subscribe(onChange: () => void): () => void;
}

/** Keeps a reservation in localStorage, so that all tabs of one person have it; without one, in memory. */
export function createReservationStore(
  identity: string,
  showId: string,
  storage: Storage | undefined = browserStorage(),
): ReservationStore {
  const name = `holdfast:reservation:${identity}:${showId}`;
  const listeners = new Set<() => void>();
  let current = parse(storage?.getItem(name));
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const onStorage = ({ key, newValue }: StorageEvent): void => {
    if (key !== name) return;
    current = parse(newValue);
    tell();
  };

  return {
    get: () => current,
    set(reservation) {
      current = reservation;
      try {
        if (reservation === undefined) storage?.removeItem(name);
        else storage?.setItem(name, JSON.stringify(reservation));
      } catch {
        // A full disk: it is kept until the page goes.
      }
      tell();
    },
    subscribe(onChange) {
      if (listeners.size === 0) window.addEventListener("storage", onStorage);
      listeners.add(onChange);
      return () => {
        listeners.delete(onChange);
        if (listeners.size === 0) window.removeEventListener("storage", onStorage);
      };
    },
  };
}

function parse(text: string | null | undefined): KeptReservation | undefined {
  try {
    const value = JSON.parse(text ?? "null") as Partial<KeptReservation> | null;
    return typeof value?.token === "string" && Array.isArray(value.seats)
      ? (value as KeptReservation)
      : undefined;
  } catch {
    return undefined;
  }
}
