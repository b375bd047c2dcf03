export { type ProxyMode, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { createTestDatabase, type TestDatabase, throughPort } from "./test-database.ts";
