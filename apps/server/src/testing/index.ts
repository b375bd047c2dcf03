export { answerByAdapter } from "../http/trpc.ts";
export { createMetrics } from "../metrics.ts";
export { createRedisStore, type RedisStore } from "../redis/replay-store.ts";
export { createServerOver } from "../server.ts";
export { type Caller, createCaller, dataOf, type Reply, readReply } from "./caller.ts";
export { deferred } from "./deferred.ts";
export {
  HOW_TO_INSTALL_HAPROXY,
  haproxyIsInstalled,
  type OwnHaproxy,
  startHaproxy,
} from "./haproxy.ts";
export { openRedisAdmin, type RedisAdmin } from "./hostile-redis.ts";
export { HOW_TO_INSTALL_REDIS, type OwnRedis, redisIsInstalled, startRedis } from "./redis.ts";
export { type Spawned, spawnHoldfast } from "./spawn-holdfast.ts";
export { startTestServer, TEST_SECRET, type TestServer } from "./test-server.ts";
export { type Receiver, startReceiver } from "./webhook-receiver.ts";
