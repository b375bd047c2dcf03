import { defineConfig } from "vitest/config";

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
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is awaited may take its time on a busy machine: slow is not wrong.
    expect: { poll: { timeout: 10_000 } },
    // A stray `.only` would pass by leaving the others out.
    allowOnly: false,
  },
});
