import { type ChildProcess, spawn } from "node:child_process";

/** One server, kept alive as an orchestrator would: when it dies it is started again. */
export interface ServerProcess {
  readonly port: number;
  /** Sends a signal; resolves when the successor is ready. */
  bounce(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Everything that all its lives wrote to stdout and stderr. */
  readonly output: string;
  /** Exits that nobody asked for: an uncaught exception, most likely. */
  readonly unexpectedExits: readonly string[];
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly databaseUrl: string;
  readonly port: number;
  readonly secret: string;
  readonly redisUrl: string | undefined;
  /** The file to run. */
  readonly program: string;
  /** Which server this is. */
  readonly index: number;
  /** Where all its lives write down what they ask of Holdfast by themselves. */
  readonly diary: string;
}

const READY_TIMEOUT_MS = 20_000;

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const unexpectedExits: string[] = [];
  let output = "";
  let expected = false;
  let stopping = false;
  let child = launch();

  function launch(): ChildProcess {
    const life = spawn(process.execPath, [options.program, options.diary, String(options.index)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        DATABASE_URL: options.databaseUrl,
        PORT: String(options.port),
        ...(options.redisUrl && { REDIS_URL: options.redisUrl }),
        HOLDFAST_JWT_SECRET: options.secret,
        HOLDFAST_SESSIONS: "6",
        // So that the faults meet it at work.
        HOLDFAST_SWEEP_SECONDS: "1",
        HOLDFAST_LOG_LEVEL: "warn",
      },
    });
    life.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    life.stderr?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
    life.once("exit", (code, signal) => {
      if (life !== child || expected || stopping) return;
      unexpectedExits.push(`exit ${code ?? signal}: ${output.slice(-2_000)}`);
      void revive();
    });
    return life;
  }

  async function ready(): Promise<void> {
    const giveUpAt = performance.now() + READY_TIMEOUT_MS;
    while (performance.now() < giveUpAt && !stopping) {
      const answered = await fetch(`http://127.0.0.1:${options.port}/healthz`, {
        signal: AbortSignal.timeout(1_000),
      }).then(
        (response) => response.ok,
        () => false,
      );
      if (answered) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!stopping) throw new Error(`the server did not come up:\n${output.slice(-2_000)}`);
  }

  async function revive(): Promise<void> {
    if (stopping) return;
    child = launch();
    await ready();
  }

  const exited = (life: ChildProcess): Promise<void> =>
    life.exitCode !== null || life.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => life.once("exit", () => resolve()));

  await ready();

  return {
    port: options.port,
    get output() {
      return output;
    },
    unexpectedExits,
    async bounce(signal) {
      expected = true;
      child.kill(signal);
      await exited(child);
      expected = false;
      await revive();
    },
    async stop() {
      stopping = true;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await exited(child);
      clearTimeout(late);
    },
  };
}
