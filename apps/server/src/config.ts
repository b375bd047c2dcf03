import { isIP } from "node:net";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_TERMS } from "@holdfast/db";
import { z } from "zod";

/** How callers prove who they are; one of `secret` and `jwksUrl` at most. */
export interface AuthConfig {
  readonly secret?: string | undefined;
  readonly jwksUrl?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** Any endpoint that speaks OpenAI's protocol. */
export interface ModelConfig {
  readonly url: string;
  /** The name that the endpoint knows the model by. */
  readonly name: string;
  readonly key?: string | undefined;
}

export interface AnswersConfig {
  /** What answers; the built-in demo model when left out. */
  readonly model?: ModelConfig | undefined;
  /** The price of 1,000 tokens, in the smallest unit of the payer's currency; free when left out. */
  readonly pricePer1000Tokens?: bigint | undefined;
  readonly maxTokens: number;
  readonly leaseSeconds: number;
}

export interface WebhooksConfig {
  /** How often this process looks for something to send, in milliseconds; 0: it sends nothing. */
  readonly pollMs: number;
  /** Allows webhooks to this very machine, by http too: for development. */
  readonly loopback: boolean;
}

/** 0 is no limit, where it is of something a second. */
export interface LimitsConfig {
  /** Calls a second that one user may make in this process. */
  readonly callsPerSecond: number;
  /** The same of a service or an admin. */
  readonly serviceCallsPerSecond: number;
  /** Requests a second, without a credential that is accepted, from one address. */
  readonly strangersPerSecond: number;
  readonly watchersPerUser: number;
  /** In this process, of all callers. */
  readonly watchers: number;
  readonly connections: number;
}

/** A cache of recorded outcomes beside the database. */
export interface RedisConfig {
  readonly url: string;
  /** How long it remembers an outcome. */
  readonly seconds: number;
}

export interface Config {
  readonly databaseUrl?: string | undefined;
  /** Without it, the database answers every replay. */
  readonly redis?: RedisConfig | undefined;
  readonly host: string;
  readonly port: number;
  readonly auth: AuthConfig;
  /** What tokens of reservations and secrets of webhooks are derived from; without it no seat can be reserved. */
  readonly tokenSecret?: string | undefined;
  /** Database sessions of this process; the database package's default when left out. */
  readonly sessions?: number | undefined;
  readonly callDeadlineMs: number;
  /** How long `serve` waits at its start for a database that is not there yet. */
  readonly databaseWaitSeconds: number;
  /** How often what is overdue is settled, by one replica of all; 0: never, but by whoever needs it. */
  readonly sweepSeconds: number;
  readonly answers: AnswersConfig;
  readonly webhooks: WebhooksConfig;
  readonly limits: LimitsConfig;
  /** Addresses and networks of proxies whose `x-forwarded-for` is believed; empty when there is none. */
  readonly trustProxy: readonly string[];
  /** Pages of these origins may call from a browser; empty: only the console's own. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** Sends traces to where OpenTelemetry's own variables say. */
  readonly tracing: boolean;
  /** Serves the demo people and signs them in without a password. */
  readonly demo: boolean;
  /** Where `start` keeps its Postgres, its secret and what the other commands need to find it. */
  readonly stateDir: string;
}

/** A setting that can't be used; the message names it and what it must be, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** The longest deadline a caller may ask for; a proxy's or a browser's own limit is rarely longer. */
export const MAX_CALL_DEADLINE_MS = 60_000;

const repositoryRoot = fileURLToPath(new URL("../../../", import.meta.url));

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const flag = z
  .enum(["0", "1", "false", "true"], "must be 0 or 1")
  .transform((value) => value === "1" || value === "true")
  .default(false);
const list = (part: z.ZodType<string, string>) =>
  z
    .string()
    .default("")
    .transform((text) => text.split(",").map((each) => each.trim()))
    .transform((parts) => parts.filter((each) => each !== ""))
    .pipe(z.array(part));

/** Exactly as a browser sends it: `https://shop.example`, without a path. */
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be origins such as https://shop.example, parted by commas",
  );

/** A number or a wildcard would let whoever comes name their own address. */
const network = z
  .string()
  .refine(isNetwork, "must be addresses or networks such as 10.0.0.0/8, parted by commas");

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const most = isIP(address) === 6 ? 128 : 32;
  const isPrefix =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
  return isIP(address) !== 0 && isPrefix && rest.length === 0;
}

const environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, "must be like postgres://user:password@host:5432/database")
    .refine((url) => URL.canParse(url), "must be like postgres://user:password@host:5432/database")
    .optional(),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/[^/]+(\/\d*)?$/, "must be like redis://user:password@host:6379/0")
    .refine((url) => URL.canParse(url), "must be like redis://user:password@host:6379/0")
    .optional(),
  HOLDFAST_REPLAY_CACHE_SECONDS: wholeNumber(1, 2_592_000).default(86_400),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z.string().default("127.0.0.1"),
  HOLDFAST_JWT_SECRET: z.string().min(32, "must have 32 characters at least").optional(),
  HOLDFAST_TOKEN_SECRET: z.string().min(32, "must have 32 characters at least").optional(),
  HOLDFAST_JWKS_URL: z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).optional(),
  HOLDFAST_JWT_ISSUER: z.string().optional(),
  HOLDFAST_JWT_AUDIENCE: z.string().optional(),
  HOLDFAST_SESSIONS: wholeNumber(1, 1000).optional(),
  HOLDFAST_CALL_DEADLINE_MS: wholeNumber(1, MAX_CALL_DEADLINE_MS).default(10_000),
  HOLDFAST_DATABASE_WAIT_SECONDS: wholeNumber(0, 3_600).default(30),
  HOLDFAST_SWEEP_SECONDS: wholeNumber(0, 3_600).default(5),
  HOLDFAST_WEBHOOK_POLL_MS: wholeNumber(0, 60_000).default(500),
  HOLDFAST_WEBHOOK_LOOPBACK: flag,
  HOLDFAST_CALLS_A_SECOND: wholeNumber(0, 1_000_000).default(1_000),
  HOLDFAST_SERVICE_CALLS_A_SECOND: wholeNumber(0, 1_000_000).default(0),
  HOLDFAST_STRANGERS_A_SECOND: wholeNumber(0, 1_000_000).default(500),
  HOLDFAST_WATCHERS_A_USER: wholeNumber(0, 1_000_000).default(100),
  HOLDFAST_WATCHERS: wholeNumber(0, 1_000_000).default(10_000),
  HOLDFAST_CONNECTIONS: wholeNumber(1, 1_000_000).default(20_000),
  HOLDFAST_TRUST_PROXY: list(network),
  HOLDFAST_CORS_ORIGINS: list(origin),
  HOLDFAST_MODEL_URL: z.url({ protocol: /^https?$/, error: "must be an http(s) address" }).optional(),
  HOLDFAST_MODEL: z.string().optional(),
  HOLDFAST_MODEL_KEY: z.string().optional(),
  HOLDFAST_ANSWER_PRICE: wholeNumber(0, 100_000_000).optional(),
  HOLDFAST_ANSWER_MAX_TOKENS: wholeNumber(100, 1_000_000).default(DEFAULT_TERMS.maxTokens),
  HOLDFAST_ANSWER_LEASE_SECONDS: wholeNumber(1, 3_600).default(DEFAULT_TERMS.leaseSeconds),
  HOLDFAST_LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("warn"),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an http(s) address" })
    .optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an http(s) address" })
    .optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  HOLDFAST_DEMO: flag,
  HOLDFAST_STATE_DIR: z.string().default(resolve(repositoryRoot, ".holdfast")),
});

/** The only reader of the environment. An empty variable counts as unset. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new ConfigError(issues.join("; "));
  }
  const values = parsed.data;
  if (values.HOLDFAST_JWT_SECRET && values.HOLDFAST_JWKS_URL) {
    throw new ConfigError("HOLDFAST_JWT_SECRET and HOLDFAST_JWKS_URL exclude each other: set one");
  }
  // An issuer signs for others, too: what it says to them must not count here.
  if (values.HOLDFAST_JWKS_URL && !(values.HOLDFAST_JWT_ISSUER && values.HOLDFAST_JWT_AUDIENCE)) {
    throw new ConfigError("HOLDFAST_JWKS_URL needs HOLDFAST_JWT_ISSUER and HOLDFAST_JWT_AUDIENCE as well");
  }
  if ((values.HOLDFAST_MODEL_URL === undefined) !== (values.HOLDFAST_MODEL === undefined)) {
    throw new ConfigError("HOLDFAST_MODEL_URL and HOLDFAST_MODEL need each other: set both, or neither");
  }
  // One secret is enough for a small installation; what is derived from it never reveals it.
  const tokenSecret = values.HOLDFAST_TOKEN_SECRET ?? values.HOLDFAST_JWT_SECRET;
  return {
    databaseUrl: values.DATABASE_URL,
    redis:
      values.REDIS_URL === undefined
        ? undefined
        : { url: values.REDIS_URL, seconds: values.HOLDFAST_REPLAY_CACHE_SECONDS },
    host: values.HOST,
    port: values.PORT,
    auth: {
      secret: values.HOLDFAST_JWT_SECRET,
      jwksUrl: values.HOLDFAST_JWKS_URL,
      issuer: values.HOLDFAST_JWT_ISSUER,
      audience: values.HOLDFAST_JWT_AUDIENCE,
    },
    tokenSecret,
    sessions: values.HOLDFAST_SESSIONS,
    callDeadlineMs: values.HOLDFAST_CALL_DEADLINE_MS,
    databaseWaitSeconds: values.HOLDFAST_DATABASE_WAIT_SECONDS,
    sweepSeconds: values.HOLDFAST_SWEEP_SECONDS,
    answers: answersOf(values),
    webhooks: { pollMs: values.HOLDFAST_WEBHOOK_POLL_MS, loopback: values.HOLDFAST_WEBHOOK_LOOPBACK },
    limits: {
      callsPerSecond: values.HOLDFAST_CALLS_A_SECOND,
      serviceCallsPerSecond: values.HOLDFAST_SERVICE_CALLS_A_SECOND,
      strangersPerSecond: values.HOLDFAST_STRANGERS_A_SECOND,
      watchersPerUser: values.HOLDFAST_WATCHERS_A_USER,
      watchers: values.HOLDFAST_WATCHERS,
      connections: values.HOLDFAST_CONNECTIONS,
    },
    trustProxy: values.HOLDFAST_TRUST_PROXY,
    corsOrigins: values.HOLDFAST_CORS_ORIGINS,
    logLevel: values.HOLDFAST_LOG_LEVEL,
    tracing: isTraced(values),
    demo: values.HOLDFAST_DEMO,
    stateDir: resolve(values.HOLDFAST_STATE_DIR),
  };
}

function isTraced(values: z.output<typeof environment>): boolean {
  const endpoint = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_ENDPOINT;
  return endpoint !== undefined && values.OTEL_SDK_DISABLED?.toLowerCase() !== "true";
}

function answersOf(values: z.output<typeof environment>): AnswersConfig {
  const { HOLDFAST_MODEL_URL: url, HOLDFAST_MODEL: name, HOLDFAST_ANSWER_PRICE: price } = values;
  return {
    model:
      url === undefined || name === undefined ? undefined : { url, name, key: values.HOLDFAST_MODEL_KEY },
    pricePer1000Tokens: price === undefined ? undefined : BigInt(price),
    maxTokens: values.HOLDFAST_ANSWER_MAX_TOKENS,
    leaseSeconds: values.HOLDFAST_ANSWER_LEASE_SECONDS,
  };
}
