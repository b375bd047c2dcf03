export interface StartOptions {
  /** Where the cluster, its password file and its logs live. Created when missing; it should hold nothing else. */
  dataDir: string;
  /** The port to listen on; any free one when left out. An adopted server keeps the port it has. */
  port?: number;
  /**
   * False turns off fsync, synchronous_commit and full_page_writes: for tests, whose data may be lost with the
   * power. Keep one data directory to one mode. Default true.
   */
  durable?: boolean;
  /** Postgres settings that override ours, except for the address, the port and the sockets. */
  settings?: Record<string, string>;
  /** Told in a sentence about everything that takes time or is a surprise. */
  onProgress?: (message: string) => void;
}

export interface EmbeddedPostgres {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/postgres` */
  url: string;
  port: number;
  /** The postmaster's process id. */
  pid: number;
  /** Where the files really are; not the requested directory when root's server user can't enter that one. */
  dataDir: string;
  /** True when the server was already running, left behind by an earlier run or started by another one. */
  adopted: boolean;
  /**
   * Ends the sessions and the server, adopted or not, and waits till it is gone: at once as a rule, 20 s at most
   * (then it throws `stop_failed`). Calling it again is harmless.
   */
  stop(): Promise<void>;
}
