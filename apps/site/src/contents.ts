/** What the guide consists of, in the order of its navigation: pages by their file in the repository. */
export const contents: readonly Chapter[] = [
  {
    title: "Begin",
    files: ["README.md", "docs/getting-started.md", "docs/concepts.md", "docs/race-lab.md"],
  },
  {
    title: "Features",
    files: ["docs/seats.md", "docs/conversations.md", "docs/changes.md", "docs/webhooks.md"],
  },
  {
    title: "Call it",
    files: [
      "docs/embedding.md",
      "docs/client.md",
      "docs/react.md",
      "docs/conversations-react.md",
      "docs/http.md",
      "docs/errors.md",
    ],
  },
  {
    title: "Run it",
    files: [
      "docs/operations.md",
      "docs/postgres.md",
      "docs/redis.md",
      "docs/metrics.md",
      "docs/security.md",
      "docs/limits.md",
    ],
  },
  {
    title: "Believe it",
    files: ["docs/reliability.md", "docs/performance.md", "docs/fuzzing.md"],
  },
  {
    title: "Work on it",
    files: ["ARCHITECTURE.md", "CONTRIBUTING.md"],
  },
];

export interface Chapter {
  readonly title: string;
  readonly files: readonly string[];
}
