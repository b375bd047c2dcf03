import type { Db, Principal } from "@holdfast/db";
import { createTestDatabase } from "@holdfast/db/testing";
import type { Answerer } from "../answers/answerer.ts";
import { signToken } from "../auth/tokens.ts";
import { type Config, readConfig } from "../config.ts";
import { createLogger, type Logger } from "../log.ts";
import { createServer } from "../server.ts";
import { type Caller, createCaller, dataOf } from "./caller.ts";

export const TEST_SECRET = "a secret that only tests know, 32 characters and more";

export interface TestServer {
  /** Such as http://127.0.0.1:40123. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly db: Db;
  token(principal: Principal, expiresInSeconds?: number): Promise<string>;
  /** A caller that is this principal; nobody when left out. */
  as(principal?: Principal): Promise<Caller>;
  /** A wallet of `owner` in tenant `tenantId` (1) with this balance; answers its id. */
  wallet(owner: string, balance: string, tenantId?: number): Promise<string>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly config?: Partial<Config>;
  readonly log?: Logger;
  readonly consoleDirectory?: string;
  readonly guideDirectory?: string;
  /** Leaves answers to the test although it configures their terms. */
  readonly unanswered?: true;
  /** An existing database instead of a fresh one; it is left when the server closes. */
  readonly databaseUrl?: string;
}

/** Nothing is sent, unless a test says otherwise. */
const NO_WEBHOOKS = { pollMs: 0, loopback: true };

/** For tests that say the answers themselves. */
const NOBODY: Answerer = {
  begin: () => {},
  stop: () => {},
  takeUpWaiting: async () => {},
  close: async () => {},
};

/**
 * The whole service in this process, on a port and a database of its own, without a sweeper. Tenants 1 and 2 exist. Answers
 * are left to the test, unless it configures who says them.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? "";
  const auth = { secret: TEST_SECRET };
  const defaults = {
    ...readConfig({}),
    port: 0,
    auth,
    tokenSecret: TEST_SECRET,
    sweepSeconds: 0,
    webhooks: NO_WEBHOOKS,
  };
  const config = { ...defaults, ...options.config, databaseUrl };
  const { consoleDirectory, guideDirectory } = options;
  const server = await createServer(config, {
    log: options.log ?? createLogger("silent"),
    ...(consoleDirectory === undefined ? {} : { consoleDirectory }),
    ...(guideDirectory === undefined ? {} : { guideDirectory }),
    ...(options.config?.answers === undefined || options.unanswered ? { answers: () => NOBODY } : {}),
  });
  const url = await server.listen();
  const token = (principal: Principal, expiresInSeconds = 3600) =>
    signToken(auth, principal, expiresInSeconds);
  const as = async (principal?: Principal) => createCaller(url, principal && (await token(principal)));
  let keys = 0;
  const key = () => `test-wallet-${process.pid}-${keys++}`;

  return {
    url,
    databaseUrl,
    db: server.db,
    token,
    as,
    wallet: async (ownerId, balance, tenantId = 1) => {
      const service = await as({ tenantId, subject: "tester", role: "service" });
      const opened = await service.mutate("open", { idempotencyKey: key(), currency: "sat", ownerId });
      const { walletId } = dataOf(opened);
      if (balance !== "0") {
        const amount = balance as `${bigint}`;
        dataOf(await service.mutate("credit", { idempotencyKey: key(), walletId, amount }));
      }
      return walletId;
    },
    close: async () => {
      await server.close();
      await database?.close();
    },
  };
}
