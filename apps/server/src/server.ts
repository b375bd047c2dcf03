import { fileURLToPath } from "node:url";
import { appRouter, type CallEnded, policiesOf, REST_PREFIX } from "@holdfast/api";
import {
  type AnswerTerms,
  connect,
  createFeatures,
  type Db,
  DEFAULT_TERMS,
  type Feature,
} from "@holdfast/db";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { type Answerer, createAnswerer, MAX_SILENCE_MS } from "./answers/answerer.ts";
import { createModel } from "./answers/model.ts";
import { createAuthenticate } from "./auth/authenticate.ts";
import { createCallLog } from "./call-log.ts";
import { type Config, ConfigError } from "./config.ts";
import { type DemoWallet, seedDemo } from "./demo/seed.ts";
import { createFaultReport, type ReportFault } from "./faults.ts";
import { addConsole } from "./http/console.ts";
import { addCors } from "./http/cors.ts";
import { waitMsOf } from "./http/deadline.ts";
import { demoRoutes } from "./http/demo.ts";
import { docsRoutes } from "./http/docs/routes.ts";
import { answerUnparsable, createErrorHandler } from "./http/errors.ts";
import { arrivalOf, createFront } from "./http/front.ts";
import { guideRoutes } from "./http/guide.ts";
import { healthRoutes } from "./http/health.ts";
import { BODY_LIMIT_BYTES } from "./http/json-body.ts";
import { metricsRoute } from "./http/metrics.ts";
import { addRequestId, requestIdOf } from "./http/request-id.ts";
import { restRoutes } from "./http/rest/routes.ts";
import { addSecurityHeaders } from "./http/security.ts";
import { addTraces } from "./http/trace.ts";
import { type Answer, recordArrivals, trpcRoutes } from "./http/trpc.ts";
import { createSweeper, type Sweeper } from "./jobs/sweeper.ts";
import { createTurns } from "./jobs/turns.ts";
import { createWebhookJobs } from "./jobs/webhook-jobs.ts";
import { createCallerLimits } from "./limits/caller-limits.ts";
import { createDoor, type Door } from "./limits/door.ts";
import { createRefusal } from "./limits/refusal.ts";
import { createStrangers } from "./limits/strangers.ts";
import type { Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRedisStore, type RedisStore } from "./redis/replay-store.ts";
import { createSend } from "./webhooks/send.ts";
import { createWebhookSender, type WebhookSender } from "./webhooks/sender.ts";

const CONSOLE_DIRECTORY = fileURLToPath(new URL("../../web/dist/", import.meta.url));
const GUIDE_DIRECTORY = fileURLToPath(new URL("../../site/dist/site/", import.meta.url));

/** Room for the names of a full batch; Node limits the whole URL to 16 KiB with the headers. */
const MAX_PATH_LENGTH = 16 * 1024;

export interface Server {
  readonly app: FastifyInstance;
  readonly db: Db;
  /** Who can be tried, in demo mode. */
  readonly people: readonly DemoWallet[];
  /** Starts to accept; answers the address, such as http://127.0.0.1:4000. */
  listen(): Promise<string>;
  /** Stops accepting, finishes the calls under way, then closes the database. Calling it again waits for the same end. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly log: Logger;
  readonly consoleDirectory?: string;
  readonly guideDirectory?: string;
  /** How a tRPC request is answered, for a comparison of the two ways. */
  readonly answer?: Answer;
  /** What already observes the database; without it there is no `/metrics`. */
  readonly metrics?: Metrics;
  /** Default: what Holdfast can write. */
  readonly features?: readonly Feature[];
  /** Who says the answers that are opened here. Default: the model of the configuration. */
  readonly answers?: (db: Db) => Answerer;
}

/** The composition root: everything the service consists of is put together here. */
export async function createServer(config: Config, options: ServerOptions): Promise<Server> {
  if (config.databaseUrl === undefined) throw new ConfigError("DATABASE_URL is not set");
  const metrics = createMetrics();
  const redis = redisOf(config, options.log, metrics);
  const db = connect({
    url: config.databaseUrl,
    features:
      options.features ?? createFeatures(termsOf(config), { loopbackWebhooks: config.webhooks.loopback }),
    tokenSecret: config.tokenSecret,
    onError: createFaultReport(options.log),
    observe: metrics.observer,
    replayStore: redis,
    ...(config.sessions === undefined ? {} : { sessions: config.sessions }),
  });
  try {
    const server = await createServerOver(db, config, { ...options, metrics });
    redis?.open();
    return { ...server, close: () => server.close().finally(() => redis?.close()) };
  } catch (error) {
    await db.close();
    throw error;
  }
}

function redisOf({ redis, tokenSecret }: Config, log: Logger, metrics: Metrics): RedisStore | undefined {
  if (redis === undefined) return undefined;
  if (tokenSecret === undefined)
    throw new ConfigError(
      "REDIS_URL needs HOLDFAST_TOKEN_SECRET: what Redis tells is believed by its signature",
    );
  return createRedisStore({ ...redis, log, observe: metrics.redis });
}

/** The service over a database that somebody else connected: it is closed with the service. */
export async function createServerOver(db: Db, config: Config, options: ServerOptions): Promise<Server> {
  // Throws for a procedure that doesn't say who may call it.
  policiesOf(appRouter);
  const reportFault = createFaultReport(options.log);
  let draining = false;
  const isDraining = () => draining;
  const { app, door } = createHttp(db, config, { log: options.log, reportFault, isDraining });
  addRequestId(app);
  addSecurityHeaders(app);
  await addCors(app, config.corsOrigins);
  if (config.tracing) addTraces(app);
  await app.register(healthRoutes({ db, isDraining }));
  const { metrics } = options;
  if (metrics !== undefined) await app.register(metricsRoute({ db, door, metrics }));
  const authenticate = createAuthenticate(db, config.auth);
  const { callDeadlineMs } = config;
  const answers = options.answers?.(db) ?? answererOf(db, config, options.log);
  const limits = createCallerLimits(config.limits);
  const strangers = createStrangers(config.limits.strangersPerSecond);
  const onCall = callListener(options);
  const host = { db, authenticate, answers, callDeadlineMs, reportFault, limits, strangers, door, onCall };
  const trpc = trpcRoutes(host, options.answer);
  // Here, so that the two see what either has seen.
  recordArrivals(app);
  await app.register(trpc, { prefix: "/trpc" });
  await app.register(restRoutes(host), { prefix: REST_PREFIX });
  await app.register(guideRoutes(options.guideDirectory ?? GUIDE_DIRECTORY));
  await app.register(docsRoutes);
  const people = config.demo ? await addDemo(app, db, config, reportFault) : [];
  await addConsole(app, options.consoleDirectory ?? CONSOLE_DIRECTORY);
  const sweeper = sweeperOf(db, answers, config, options.log);
  const webhooks = webhookSenderOf(db, config, options);

  let closing: Promise<void> | undefined;
  return {
    app,
    db,
    people,
    listen: async () => {
      await warmUp(app, db);
      metrics?.start();
      const address = await app.listen({ host: config.host, port: config.port });
      sweeper?.start();
      webhooks?.start();
      return address;
    },
    close: () => {
      draining = true;
      closing ??= closeAll(app, db, answers, [sweeper, webhooks]);
      return closing;
    },
  };
}

/** Undefined when nobody listens, so that nobody pays for it. */
function callListener({ log, metrics }: ServerOptions) {
  const logCall = createCallLog(log);
  if (logCall === undefined) return metrics?.onCall;
  return (ended: CallEnded, requestId: string): void => {
    metrics?.onCall(ended);
    logCall(ended, requestId);
  };
}

async function closeAll(
  app: FastifyInstance,
  db: Db,
  answers: Answerer,
  others: readonly ({ close(): Promise<void> } | undefined)[],
): Promise<void> {
  // Nothing is accepted any more; it resolves when the last reply is sent.
  const closed = Promise.all([app.close(), ...others.map((other) => other?.close())]);
  // Awaited below; a failure before that is told there.
  closed.catch(() => {});
  try {
    // Whoever watches an answer hears its end.
    await answers.close();
    // A subscription is a reply without an end of its own.
    db.stopWatching();
    await closed;
    // A question that was still on its way has opened an answer.
    await answers.close();
  } finally {
    // Only now may the sessions go.
    await db.close();
  }
}

function answererOf(db: Db, config: Config, log: Logger): Answerer {
  const model = createModel(config.answers.model);
  return createAnswerer({ db, model, terms: termsOf(config), log, maxSilenceMs: MAX_SILENCE_MS });
}

function termsOf({ answers }: Config): AnswerTerms {
  const { pricePer1000Tokens = 0n, maxTokens, leaseSeconds } = answers;
  return { ...DEFAULT_TERMS, pricePer1000Tokens, maxTokens, leaseSeconds };
}

function sweeperOf(db: Db, answers: Answerer, config: Config, log: Logger): Sweeper | undefined {
  const { databaseUrl: url, sweepSeconds: everySeconds } = config;
  if (url === undefined || everySeconds === 0) return undefined;
  const sweep = async () => {
    await db.sweep();
    // Answers that nobody goes on with have ended now; what waits behind them can begin.
    await answers.takeUpWaiting();
  };
  return createSweeper({ sweep, turns: createTurns({ url, everySeconds }), everySeconds, log });
}

/** A receiver that takes longer is tried again: whatever it does with a message, it can do afterwards. */
const WEBHOOK_TIMEOUT_MS = 10_000;
/** For the queue of webhooks; a message on its way holds none. */
const WEBHOOK_CONNECTIONS = 4;

function webhookSenderOf(db: Db, config: Config, { log, metrics }: ServerOptions): WebhookSender | undefined {
  const { databaseUrl: url, webhooks } = config;
  if (url === undefined || webhooks.pollMs === 0) return undefined;
  return createWebhookSender({
    db,
    jobs: createWebhookJobs({ url, connections: WEBHOOK_CONNECTIONS }),
    send: createSend({ loopback: webhooks.loopback, timeoutMs: WEBHOOK_TIMEOUT_MS }),
    everyMs: webhooks.pollMs,
    onAttempt: (arrived) => metrics?.webhookAttempt(arrived),
    log,
  });
}

/** Enough for Node to compile what every call runs through. */
const WARM_UP_CALLS = 300;
/** A transfer of a tenant that doesn't exist finds no wallet, is refused, and leaves nothing behind. */
const NOBODY = { tenantId: 0, subject: "warm-up", role: "service" } as const;
const TRANSFER = {
  idempotencyKey: "warm-up",
  fromWalletId: "00000000-0000-4000-8000-000000000000",
  toWalletId: "00000000-0000-4000-8000-000000000001",
  amount: "1",
} as const;

/**
 * Calls in nobody's name, before anyone else's. A process that was just started answers its first hundreds slowly, and
 * after a restart they come all at once: the torture run saw replies 150 ms late.
 */
async function warmUp(app: FastifyInstance, db: Db): Promise<void> {
  for (let call = 0; call < WARM_UP_CALLS; call++) {
    // Each a stranger from elsewhere: nobody's address is to pay for it.
    const remoteAddress = `warm-up ${call}`;
    await app.inject({ method: "POST", url: "/trpc/wallets.transfer", payload: TRANSFER, remoteAddress });
  }
  const command = { kind: "wallets.transfer", ...TRANSFER } as const;
  const calls = Array.from({ length: WARM_UP_CALLS }, () =>
    db.execute(NOBODY, command, { deadlineMs: 1_000 }),
  );
  await Promise.allSettled(calls);
}

async function addDemo(
  app: FastifyInstance,
  db: Db,
  { auth, databaseUrl }: Config,
  reportFault: ReportFault,
): Promise<DemoWallet[]> {
  const { secret } = auth;
  if (secret === undefined)
    throw new ConfigError("demo mode signs tokens itself, so it needs HOLDFAST_JWT_SECRET");
  if (databaseUrl === undefined) throw new ConfigError("DATABASE_URL is not set");
  const people = await seedDemo(db);
  const lab = { databaseUrl, reportFault };
  await app.register(demoRoutes({ people, auth: { ...auth, secret }, lab }), { prefix: "/demo" });
  return people;
}

interface HttpOptions {
  readonly log: Logger;
  readonly reportFault: ReportFault;
  readonly isDraining: () => boolean;
}

function createHttp(db: Db, config: Config, { log, reportFault, isDraining }: HttpOptions) {
  const loggerInstance: FastifyBaseLogger = log;
  const refuse = createRefusal(isDraining, config.corsOrigins);
  let door: Door | undefined;
  const app = Fastify({
    loggerInstance,
    genReqId: ({ headers }) => requestIdOf(headers),
    logController: new LogController({ disableRequestLogging: true }),
    // A call's line names its request by itself; a logger for each would be made for nothing.
    childLoggerFactory: (logger) => logger,
    bodyLimit: BODY_LIMIT_BYTES,
    // Without a proxy that is known, nobody is believed who says that he speaks for another address.
    trustProxy: config.trustProxy.length === 0 ? false : [...config.trustProxy],
    serverFactory: (enter) => {
      door = createDoor({
        enter,
        refuse,
        stuck: () => db.stuck,
        waitsUntilMs: (request) => arrivalOf(request) + waitMsOf(request, config.callDeadlineMs),
      });
      return createFront(door, config.limits.connections);
    },
    routerOptions: { maxParamLength: MAX_PATH_LENGTH },
    frameworkErrors: createErrorHandler(reportFault),
    clientErrorHandler: answerUnparsable,
    // What was accepted is answered, also while closing; the header below then ends the connection.
    return503OnClosing: false,
  });
  app.setErrorHandler(createErrorHandler(reportFault));
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (isDraining()) reply.header("connection", "close");
    done();
  });
  if (door === undefined) throw new TypeError("Fastify has made no server");
  return { app, door };
}
