/**
 * One of the experiments on dead backends, in a process of its own because some end it: prints whether the fault
 * showed. `node driver-experiment-process.ts NAME sql.begin|withTransaction DATABASE_URL`.
 */
import postgres from "postgres";
import { connect, type Db } from "../connect.ts";
import type { Tx } from "../transaction.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";
import { createMarks, INSERT_MARK } from "./marks.ts";
import { throughPort } from "./test-database.ts";

type Run = (text: string, parameters?: string[]) => PromiseLike<readonly unknown[]>;

/** The two ways to run a transaction, on one connection. */
interface Contender {
  transaction(work: (run: Run) => Promise<unknown>): Promise<unknown>;
  /** Sends 100 statements at once, which is what the driver pipelines on one connection. */
  crowd(): Promise<unknown>;
  /** Runs one statement that is not part of `transaction`. */
  statement: Run;
  end(): Promise<unknown>;
}

function contender(name: string, url: string): Contender {
  if (name === "sql.begin") {
    const sql = postgres(url, {
      max: 1,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "holdfast" },
    });
    return {
      transaction: (work) => sql.begin((tx) => work((text, parameters = []) => tx.unsafe(text, parameters))),
      crowd: () => Promise.all(Array.from({ length: 100 }, () => sql.unsafe("select 1 as one").execute())),
      statement: (text, parameters = []) => sql.unsafe(text, parameters),
      end: () => sql.end(),
    };
  }
  const db: Db = connect({ url, sessions: 1 });
  const once = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    db.withTransaction({ tenantId: 1, retries: 0, deadline: Date.now() + 2_000 }, work);
  return {
    transaction: (work) => once((tx) => work(tx.run.bind(tx))),
    crowd: () => once((tx) => Promise.all(Array.from({ length: 100 }, () => tx.run("select 1 as one")))),
    statement: (text, parameters) => once((tx) => tx.run(text, parameters)),
    end: () => db.close(),
  };
}

let uncaught = false;
process.on("uncaughtException", () => {
  uncaught = true;
});

const [, , experiment = "", name = "", url = ""] = process.argv;
const marks = await createMarks(url);
const subject = contender(name, url);
const settledWithin = (work: PromiseLike<unknown>, ms: number): Promise<boolean> =>
  Promise.race([
    Promise.resolve(work).then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms)),
  ]);
const pidOf = async (run: Run): Promise<string> => {
  const [row] = await run("select pg_backend_pid()::text as pid");
  return (row as { pid: string }).pid;
};

const killedInMidStatement = (): Promise<unknown> =>
  subject.transaction(async (run) => {
    const pid = await pidOf(run);
    const sleeping = run("select pg_sleep(20)::text as slept");
    setTimeout(() => marks.kill(pid), 5);
    await sleeping;
  });

/** Each answers whether the fault showed. */
const experiments: Record<string, () => Promise<boolean>> = {
  async "statement escapes its dead transaction"() {
    await settledWithin(
      subject.transaction(async (run) => {
        await marks.kill(await pidOf(run));
        await run(INSERT_MARK, ["escaped"]);
      }),
      5_000,
    );
    return (await marks.all()).has("escaped");
  },

  async "dead transaction rolls the next one back"() {
    let fail = (): void => {};
    const failing = new Promise<void>((_, reject) => {
      fail = () => reject(new Error("over"));
    });
    let killed = (): void => {};
    const dead = new Promise<void>((resolve) => {
      killed = resolve;
    });
    const zombie = settledWithin(
      subject.transaction(async (run) => {
        await marks.kill(await pidOf(run));
        killed();
        await failing;
      }),
      4_000,
    );
    await dead;
    let acknowledged = false;
    const next = settledWithin(
      subject
        .transaction(async (run) => {
          await run(INSERT_MARK, ["acknowledged"]);
          fail();
          await new Promise((resolve) => setTimeout(resolve, 200));
        })
        .then(() => {
          acknowledged = true;
        }),
      4_000,
    );
    // Our own pool has one session here, so the next transaction begins when the first is over.
    setTimeout(fail, 500);
    await Promise.all([zombie, next]);
    return !acknowledged || !(await marks.all()).has("acknowledged");
  },

  async "kill in mid-statement ends the process"() {
    for (let round = 0; round < 20 && !uncaught; round++) await settledWithin(killedInMidStatement(), 2_000);
    return uncaught;
  },

  async "black hole keeps a query pending"() {
    const proxy = await startFaultyProxy(Number(new URL(url).port));
    const far = contender(name, throughPort(url, proxy.port));
    await far.transaction((run) => Promise.resolve(run("select 1 as one")));
    proxy.blackHole(true);
    return !(await settledWithin(
      far.transaction((run) => Promise.resolve(run("select 1 as one"))),
      4_000,
    ));
  },

  async "end never settles after a disconnect"() {
    await settledWithin(killedInMidStatement(), 2_000);
    return !(await settledWithin(subject.end(), 2_000));
  },

  async "BEGIN that fills the pipeline is not reserved"() {
    await subject.statement("select 1 as one");
    const crowd = subject.crowd();
    await settledWithin(
      subject.transaction((run) => Promise.resolve(run(INSERT_MARK, ["in a transaction"]))),
      2_000,
    );
    await crowd;
    await subject.statement(INSERT_MARK, ["on its own"]);
    const names = await marks.all();
    return !names.has("in a transaction") || !names.has("on its own");
  },
};

const run = experiments[experiment];
if (run === undefined) throw new Error(`no experiment is called "${experiment}"`);
const shown = await run();
console.log(JSON.stringify({ fault: shown || uncaught }));
process.exit(0);
