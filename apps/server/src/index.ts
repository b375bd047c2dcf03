export type { Answerer } from "./answers/answerer.ts";
export { type AuthConfig, type Config, ConfigError, readConfig } from "./config.ts";
export { createLogger, type Logger } from "./log.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
