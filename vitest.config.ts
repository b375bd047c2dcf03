import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files that take minutes: begun last, as small files are, they would keep one worker busy while the other has nothing left. */
const LONG = ["walk.e2e.test.ts", "fuzz.test.ts"];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}`));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: [
      "{packages,apps}/*/src/**/*.test.{ts,tsx}",
      "packages/*/test/**/*.test.{ts,tsx}",
      "examples/*/*.test.{ts,tsx}",
    ],
    // One Postgres a run and one migrated template; each test file clones itself a database from it.
    globalSetup: ["packages/db/src/testing/global-setup.ts"],
    // A process a file: a test that kills connections or its process can't disturb another file's.
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is awaited may take its time on a busy machine: slow is not wrong.
    expect: { poll: { timeout: 10_000 } },
    // A stray `.only` would pass by leaving the others out.
    allowOnly: false,
  },
});
