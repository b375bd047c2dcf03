import { createContext, useContext, useSyncExternalStore } from "react";
import type { Connection } from "./connection.ts";

const ConnectionContext = createContext<Connection | undefined>(undefined);

export const ConnectionProvider = ConnectionContext.Provider;

/** Whether the server answered when it was last asked; true where nobody watches. */
export function useServerAnswers(): boolean {
  const connection = useContext(ConnectionContext);
  return useSyncExternalStore(connection?.subscribe ?? never, connection?.isAnswered ?? always);
}

const never = () => () => undefined;
const always = () => true;
