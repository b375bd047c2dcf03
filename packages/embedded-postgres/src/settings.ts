import type { StartOptions } from "./types.ts";

/** For a small machine that runs the application as well: 200 connections, about 200 MB at most before work_mem. */
const DEFAULTS = {
  max_connections: "200",
  shared_buffers: "128MB",
  work_mem: "4MB",
  maintenance_work_mem: "64MB",
  max_parallel_workers_per_gather: "0",
  autovacuum_max_workers: "2",
  io_method: "sync", // saves the three io workers of Postgres 18
  timezone: "UTC",
  // Life-cycle and fatal messages only. Statements, parameters and errors can hold customers' values;
  // errors reach the client anyway.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
  log_timezone: "UTC",
  log_destination: "stderr",
  logging_collector: "off",
};

const NOT_DURABLE = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** The server's arguments; of two values for a setting Postgres takes the last. */
export function serverArguments(data: string, port: number, options: StartOptions): string[] {
  const settings: Record<string, string> = {
    ...DEFAULTS,
    ...(options.durable === false ? NOT_DURABLE : {}),
    ...options.settings,
    // Never reachable from another machine, whatever the caller sets; no socket, so nothing in a shared directory.
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
  };
  return ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}
