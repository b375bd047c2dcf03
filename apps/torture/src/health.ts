import { asAdmin } from "./admin.ts";
import type { Violation } from "./checker/violation.ts";
import type { Tally } from "./report.ts";
import type { World } from "./world.ts";

/** What no history shows: the state of the processes and of Postgres at the end (I12), and how fast things healed (I11). */
export async function checkHealth(
  world: World,
  tally: Pick<Tally, "recoveries" | "unexpected" | "unresolved" | "deadlocks">,
  recoveryLimitMs: number,
): Promise<Violation[]> {
  const { recoveries, unexpected, unresolved, deadlocks } = tally;
  const violations: Violation[] = [];
  const add = (invariant: Violation["invariant"], message: string, found: readonly string[]): void => {
    if (found.length > 0) violations.push({ invariant, message, evidence: found.slice(0, 5) });
  };
  const servers = world.servers.map((site) => site.process);
  const logged = unexpected.flatMap((reply) => {
    const id = /"id":"([\w-]{36})"/.exec(reply)?.[1];
    return servers.flatMap(({ output }) => output.split("\n").filter((line) => id && line.includes(id)));
  });
  add("I12", "a server met what nobody expected, and said INTERNAL", [...logged, ...unexpected]);
  add(
    "I12",
    "a server ended by itself",
    servers.flatMap((server) => server.unexpectedExits),
  );
  add(
    "I12",
    "a server reported an uncaught exception or rejection",
    servers.flatMap((server) => server.output.split("\n").filter((line) => /uncaught|unhandled/i.test(line))),
  );
  add(
    "I10",
    "a log line bears a caller's text or SQL with values",
    servers.flatMap((server) => server.output.split("\n").filter((line) => /canary-\d/.test(line))),
  );
  add(
    "I10",
    "a log line bears a token",
    servers.flatMap((server) => server.output.split("\n").filter((line) => /[\w-]{80,}/.test(line))),
  );
  add("I12", "transactions waited for each other", deadlocks > 0 ? [`${deadlocks} deadlocks`] : []);
  add("I12", "a transaction or a lock outlived its caller", await leftOver(world));
  add("I11", "calls without an outcome long after everything had healed", unresolved);
  add(
    "I11",
    `service was not back within ${recoveryLimitMs} ms of a heal`,
    recoveries.filter(({ ms }) => ms > recoveryLimitMs).map(({ after, ms }) => `${ms} ms after "${after}"`),
  );
  return violations;
}

function leftOver(world: World): Promise<string[]> {
  return asAdmin(world.databaseUrl, async (sql) => {
    const rows = await sql<{ line: string }[]>`
      select format('backend %s, %s for %s: %s', pid, state, now() - xact_start, left(query, 60)) as line
      from pg_stat_activity where application_name = 'holdfast' and state like 'idle in transaction%'
        and now() - state_change > interval '3 seconds'`;
    return rows.map((row) => row.line);
  });
}
