import { blackHoleClients, delayClients, resetClientConnections } from "./break-client-connection.ts";
import {
  blackHoleDatabase,
  closeDatabaseConnections,
  cutAfterCommit,
  cutBeforeCommit,
  delayDatabase,
  resetDatabaseConnections,
} from "./break-database-connection.ts";
import { redisFaults } from "./break-redis.ts";
import { exhaustConnections } from "./exhaust-connections.ts";
import type { Fault } from "./fault.ts";
import { killInFdatasync } from "./kill-in-fdatasync.ts";
import { killPostgres } from "./kill-postgres.ts";
import { killServer } from "./kill-server.ts";
import { lockPileUps } from "./lock-pile-up.ts";
import { restartPostgres } from "./restart-postgres.ts";
import { shiftClocks } from "./shift-clocks.ts";
import {
  terminateAll,
  terminateIdle,
  terminateInCommit,
  terminateInQuery,
  terminateInTransaction,
} from "./terminate-backends.ts";
import { terminateServer } from "./terminate-server.ts";
import { tooManyCalls } from "./too-many-calls.ts";

/** Faults of which one may run beside the others; those of Postgres as a whole take turns. */
export const passingFaults: readonly Fault[] = [
  terminateIdle,
  terminateInQuery,
  terminateInTransaction,
  terminateInCommit,
  terminateAll,
  closeDatabaseConnections,
  resetDatabaseConnections,
  blackHoleDatabase,
  delayDatabase,
  cutBeforeCommit,
  cutAfterCommit,
  resetClientConnections,
  blackHoleClients,
  delayClients,
  ...lockPileUps,
  shiftClocks,
  ...redisFaults,
  tooManyCalls,
];

/** Faults that take a whole process down, one at a time. */
export const deadlyFaults: readonly Fault[] = [
  killServer,
  terminateServer,
  killPostgres,
  restartPostgres,
  killInFdatasync,
  exhaustConnections,
];
