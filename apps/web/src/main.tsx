import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient, createQueryClient } from "./app/client.ts";
import { createConnection } from "./app/connection.ts";
import { ConnectionProvider } from "./app/connection-context.tsx";
import { Console } from "./app/console.tsx";
import { createWire } from "./app/wire.ts";
import { createDoor } from "./drawer/door.ts";
import { DoorProvider } from "./drawer/door-context.tsx";
import { SessionProvider } from "./session/session-context.tsx";
import { createSessionStore } from "./session/session-store.ts";
import { TooltipProvider } from "./ui/tooltip-provider.tsx";
import "./styles/main.css";

/** The composition root: everything that is shared is made here. */
const store = createSessionStore(sessionStorage);
const expire = () => store.end("expired");
const wire = createWire();
const door = createDoor(wire, sessionStorage);
const connection = createConnection(wire.send, expire);
const client = createClient(store, connection);
const queryClient = createQueryClient(expire);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root.");

// Before anything is sent: what an earlier page left undecided is sent at once, and belongs in the drawer's list.
if (door.wasOpen()) await door.open().catch(() => undefined);

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <ConnectionProvider value={connection}>
          <SessionProvider store={store}>
            <DoorProvider value={door}>
              <TooltipProvider delay={300}>
                <Console client={client} queryClient={queryClient} />
              </TooltipProvider>
            </DoorProvider>
          </SessionProvider>
        </ConnectionProvider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
