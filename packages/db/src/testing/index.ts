export { withBlocker } from "./blocker.ts";
export { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";
export { accepts, freePort } from "./ports.ts";
export { createTestDatabase, type TestDatabase, throughPort } from "./test-database.ts";
export { startWireMeter, type WireMeter } from "./wire-meter.ts";
