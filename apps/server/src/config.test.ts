import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

const SECRET = "a secret of thirty-two characters";

function problem(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "accepted";
}

test("an empty environment has everything but a database and a secret", () => {
  expect(readConfig({})).toMatchObject({
    databaseUrl: undefined,
    host: "127.0.0.1",
    port: 4000,
    callDeadlineMs: 10_000,
    sweepSeconds: 5,
    answers: { model: undefined, pricePer1000Tokens: undefined, maxTokens: 4_000, leaseSeconds: 15 },
    logLevel: "warn",
    demo: false,
    auth: { secret: undefined, jwksUrl: undefined },
  });
});

test("a variable that is empty is as good as unset", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: "", HOLDFAST_SESSIONS: "" })).toEqual(readConfig({}));
});

test.each<[string, Record<string, string>, string]>([
  ["a port that is none", { PORT: "http" }, "PORT must be a whole number from 0 to 65535"],
  ["a port beyond ports", { PORT: "70000" }, "PORT must be a whole number from 0 to 65535"],
  [
    "another database",
    { DATABASE_URL: "mysql://root:pw@host/db" },
    "DATABASE_URL must be like postgres://user:password@host:5432/database",
  ],
  [
    "half a URL",
    { DATABASE_URL: "postgres://host:port:5432/" },
    "DATABASE_URL must be like postgres://user:password@host:5432/database",
  ],
  [
    "a short secret",
    { HOLDFAST_JWT_SECRET: "hunter2" },
    "HOLDFAST_JWT_SECRET must have 32 characters at least",
  ],
  [
    "a JWKS file",
    { HOLDFAST_JWKS_URL: "file:///etc/passwd" },
    "HOLDFAST_JWKS_URL must be an http(s) address",
  ],
  [
    "an issuer's keys for whomever",
    { HOLDFAST_JWKS_URL: "https://id.example/jwks", HOLDFAST_JWT_ISSUER: "https://id.example" },
    "HOLDFAST_JWKS_URL needs HOLDFAST_JWT_ISSUER and HOLDFAST_JWT_AUDIENCE as well",
  ],
  [
    "both",
    { HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_JWKS_URL: "https://id.example/jwks" },
    "HOLDFAST_JWT_SECRET and HOLDFAST_JWKS_URL exclude each other: set one",
  ],
  [
    "a Redis by its name alone",
    { REDIS_URL: "localhost:6379" },
    "REDIS_URL must be like redis://user:password@host:6379/0",
  ],
  [
    "a Redis database that is no number",
    { REDIS_URL: "redis://localhost/cache" },
    "REDIS_URL must be like redis://user:password@host:6379/0",
  ],
  ["no sessions", { HOLDFAST_SESSIONS: "0" }, "HOLDFAST_SESSIONS must be a whole number from 1 to 1000"],
  [
    "an endless deadline",
    { HOLDFAST_CALL_DEADLINE_MS: "600000" },
    "HOLDFAST_CALL_DEADLINE_MS must be a whole number from 1 to 60000",
  ],
  [
    "an unknown level",
    { HOLDFAST_LOG_LEVEL: "loud" },
    "HOLDFAST_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent",
  ],
  [
    "sweeps in the past",
    { HOLDFAST_SWEEP_SECONDS: "-1" },
    "HOLDFAST_SWEEP_SECONDS must be a whole number from 0 to 3600",
  ],
  [
    "a model's file",
    { HOLDFAST_MODEL_URL: "file:///model", HOLDFAST_MODEL: "m" },
    "HOLDFAST_MODEL_URL must be an http(s) address",
  ],
  [
    "a model without a name",
    { HOLDFAST_MODEL_URL: "https://models.example/v1" },
    "HOLDFAST_MODEL_URL and HOLDFAST_MODEL need each other: set both, or neither",
  ],
  [
    "a price in halves",
    { HOLDFAST_ANSWER_PRICE: "0.5" },
    "HOLDFAST_ANSWER_PRICE must be a whole number from 0 to 100000000",
  ],
  [
    "whichever proxy comes",
    { HOLDFAST_TRUST_PROXY: "10.0.0.1, 1" },
    "HOLDFAST_TRUST_PROXY.1 must be addresses or networks such as 10.0.0.0/8, parted by commas",
  ],
  [
    "the whole world for a proxy",
    { HOLDFAST_TRUST_PROXY: "0.0.0.0/0" },
    "HOLDFAST_TRUST_PROXY.0 must be addresses or networks such as 10.0.0.0/8, parted by commas",
  ],
  [
    "every origin",
    { HOLDFAST_CORS_ORIGINS: "*" },
    "HOLDFAST_CORS_ORIGINS.0 must be origins such as https://shop.example, parted by commas",
  ],
  [
    "a page for an origin",
    { HOLDFAST_CORS_ORIGINS: "https://shop.example/basket" },
    "HOLDFAST_CORS_ORIGINS.0 must be origins such as https://shop.example, parted by commas",
  ],
  ["a maybe", { HOLDFAST_DEMO: "maybe" }, "HOLDFAST_DEMO must be 0 or 1"],
  [
    "two at once",
    { PORT: "x", HOLDFAST_DEMO: "x" },
    "PORT must be a whole number from 0 to 65535; HOLDFAST_DEMO must be 0 or 1",
  ],
])("%s is refused by its name, without its value", (_name, env, message) => {
  expect(problem(env)).toBe(message);
});

test("proxies and origins are lists, parted by commas", () => {
  const { trustProxy, corsOrigins } = readConfig({
    HOLDFAST_TRUST_PROXY: "10.0.0.0/8, 2001:db8::/32,127.0.0.1",
    HOLDFAST_CORS_ORIGINS: "https://shop.example,http://localhost:3000 ,",
  });
  expect(trustProxy).toEqual(["10.0.0.0/8", "2001:db8::/32", "127.0.0.1"]);
  expect(corsOrigins).toEqual(["https://shop.example", "http://localhost:3000"]);
  expect(readConfig({})).toMatchObject({ trustProxy: [], corsOrigins: [] });
});

test("a Redis, and how long it remembers", () => {
  expect(readConfig({}).redis).toBeUndefined();
  const url = "rediss://user:password@cache.example:6380/1";
  expect(readConfig({ REDIS_URL: url }).redis).toEqual({ url, seconds: 86_400 });
  expect(readConfig({ REDIS_URL: url, HOLDFAST_REPLAY_CACHE_SECONDS: "60" }).redis?.seconds).toBe(60);
});

test("a model, its price and its limits", () => {
  const { answers } = readConfig({
    HOLDFAST_MODEL_URL: "http://localhost:11434/v1",
    HOLDFAST_MODEL: "small",
    HOLDFAST_ANSWER_PRICE: "250",
    HOLDFAST_ANSWER_MAX_TOKENS: "8000",
    HOLDFAST_ANSWER_LEASE_SECONDS: "5",
  });
  expect(answers).toEqual({
    model: { url: "http://localhost:11434/v1", name: "small", key: undefined },
    pricePer1000Tokens: 250n,
    maxTokens: 8_000,
    leaseSeconds: 5,
  });
});

test("traces are sent where a collector is named, unless OpenTelemetry is turned off", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318" };
  expect(readConfig({}).tracing).toBe(false);
  expect(readConfig(endpoint).tracing).toBe(true);
  expect(readConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://otel:4318/v1/traces" }).tracing).toBe(true);
  expect(readConfig({ ...endpoint, OTEL_SDK_DISABLED: "true" }).tracing).toBe(false);
  expect(problem({ OTEL_EXPORTER_OTLP_ENDPOINT: "otel:4318" })).toBe(
    "OTEL_EXPORTER_OTLP_ENDPOINT must be an http(s) address",
  );
});
