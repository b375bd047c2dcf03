// Which way imports may point. Every rule carries its reason, and `pnpm check:imports` prints it with the violation.
const { existsSync, readdirSync } = require("node:fs");

if (!require("typescript").transpileModule) {
  throw new Error(
    "dependency-cruiser reads .ts through TypeScript's JavaScript API and silently skips it without: keep `typescript` at 6.",
  );
}

const folders = (path) =>
  existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];

const test = "[.]test[.]tsx?$|/(test|testing)/";
const dbTooling = "^packages/db/(scripts/|[^/]+[.]ts$)";
/** They measure and break things, so they import whatever they measure. */
const laboratories = "^(apps/(bench|fuzz|torture)|packages/race-lab)/";
const typesOnly = ["type-only", "type-import"];

/** What each workspace may import of the others: at run time, and as types alone. */
const workspaces = {
  "packages/embedded-postgres": {
    imports: [],
    because: "It launches a Postgres for whoever asks, so it can know nothing of Holdfast.",
  },
  "packages/db": {
    imports: [],
    because:
      "It is embedded in other people's processes: nothing above it may come along, and an embedded Postgres is for its tests and scripts alone.",
  },
  "packages/race-lab": {
    imports: ["packages/db"],
    because: "Strategies are data and SQL; the console and the bench bring the rest.",
  },
  "packages/api": {
    imports: ["packages/db", "packages/race-lab"],
    because:
      "It parses, authorises and calls the database package: db ← api ← server. The host must stay replaceable.",
  },
  "packages/client": {
    imports: [],
    types: ["packages/api", "packages/db"],
    because: "It runs in browsers and other services: it shares the server's types and none of its code.",
  },
  "packages/react": {
    imports: ["packages/client"],
    types: ["packages/api", "packages/db"],
    because: "Hooks speak to the server through the client alone, which owns keys, retries and deadlines.",
  },
  "apps/server": {
    imports: ["packages/api", "packages/db", "packages/race-lab", "packages/embedded-postgres"],
    because: "The server is the composition root; clients of it are none of its business.",
  },
  "apps/web": {
    imports: ["packages/react", "packages/client"],
    types: ["packages/api", "packages/db", "packages/race-lab"],
    because:
      "The console is a client like any other: what it can do, every application can do through react and client.",
  },
};

const unlisted = ["apps", "packages"]
  .flatMap((parent) => folders(parent).map((folder) => `${parent}/${folder.name}`))
  .filter(
    (path) => existsSync(`${path}/package.json`) && !workspaces[path] && !`${path}/`.match(laboratories),
  );
if (unlisted.length > 0) {
  throw new Error(`dependency-cruiser.cjs: say what ${unlisted.join(", ")} may import, and why.`);
}

const workspaceRules = Object.entries(workspaces).flatMap(([path, { imports, types = [], because }]) => {
  const from = { path: `^${path}/`, pathNot: [test, dbTooling] };
  const others = (allowed) => ({
    path: "^(apps|packages)/",
    pathNot: [path, ...allowed].map((allowedPath) => `^${allowedPath}/`),
  });
  const name = path.replace("/", "-");
  return [
    {
      name: `${name}-imports`,
      comment: `${because} May import: ${[...imports, ...types.map((type) => `${type} (types)`)].join(", ") || "no other workspace"}.`,
      severity: "error",
      from,
      to: others([...imports, ...types]),
    },
    {
      name: `${name}-imports-types-only`,
      comment: `${because} Write \`import type\`.`,
      severity: "error",
      from,
      to: { path: types.map((type) => `^${type}/`), dependencyTypesNot: typesOnly },
    },
  ].filter((rule) => rule.to.path.length > 0);
});

/** A feature is a folder of packages/db/src with a feature.ts, its face to the write path. */
const db = "^packages/db/src/";
const features = folders("packages/db/src")
  .map((folder) => folder.name)
  .filter((name) => name !== "write-path" && existsSync(`packages/db/src/${name}/feature.ts`));
const feature = `(${features.join("|") || "none yet"})/`;

module.exports = {
  forbidden: [
    ...workspaceRules,
    {
      name: "nothing-imports-an-app",
      comment:
        "An app is where imports end. What two of them need belongs in a package. (Tests, bench, fuzz and torture may.)",
      severity: "error",
      from: { path: "^(apps|packages)/([^/]+)/", pathNot: [test, laboratories] },
      to: { path: "^apps/", pathNot: "^$1/$2/" },
    },
    {
      name: "only-the-front-door",
      comment:
        "A package is its package.json `exports`, imported by name. A path into its folders ties you to what it may change tomorrow.",
      severity: "error",
      from: { path: "^(apps|packages)/([^/]+)/" },
      to: { path: "^(apps|packages)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "resolvable",
      comment:
        "No such file, or not in this package.json's dependencies, or not in the other package's `exports` (its folders are private).",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "shipped-code-imports-no-tests",
      comment: "Test helpers create and drop databases; they must not reach a process that serves people.",
      severity: "error",
      from: { path: "^(apps|packages)/", pathNot: [test, dbTooling, laboratories] },
      to: { path: `^(apps|packages)/.*(${test})` },
    },
    {
      name: "write-path-names-no-feature",
      comment:
        "The write path loops over the features that it is given, so that a caller can add one of their own. Put what it needs into write-path/feature.ts.",
      severity: "error",
      from: { path: `${db}write-path/`, pathNot: test },
      to: { path: [`${db}${feature}`, `${db}features[.]ts$`] },
    },
    {
      name: "features-import-only-wallets",
      comment:
        "Seats are paid for and answers are metered, so features may import wallets; wallets and every other pair stay apart, so that a feature can be read, tested and left out alone.",
      severity: "error",
      from: { path: `${db}${feature}`, pathNot: test },
      to: { path: `${db}${feature}`, pathNot: [`${db}$1/`, `${db}wallets/`] },
    },
    {
      name: "one-way-to-the-database",
      comment:
        "Every write goes through withTransaction: a second way to the driver is a way around the locks, the replay and row-level security. Take a Tx or a Db.",
      severity: "error",
      from: {
        path: "^(apps|packages)/",
        pathNot: [
          test,
          dbTooling,
          laboratories,
          "^packages/embedded-postgres/",
          `${db}(write-path/|migrate/|((running-)?transaction|sessions?|connect|owner|postgres-error|migrate)[.]ts$)`,
          // LISTEN and NOTIFY: it writes nothing, and must not ring inside a transaction that does.
          `${db}changes/doorbell[.]ts$`,
          // A job queue in a schema of its own: it says whose turn it is, and what is to be sent, and touches no table of
          // Holdfast's but by functions that are made for it.
          "^apps/server/src/jobs/(queue|turns|webhook-jobs)[.]ts$",
        ],
      },
      to: { path: "node_modules/(postgres/|pg/|graphile-worker/|drizzle-orm/postgres-js)" },
    },
    {
      name: "stories-are-for-browsers-too",
      comment:
        "What a page shows of the race lab comes without a driver: strategies and their tables are behind the other entry.",
      severity: "error",
      from: { path: "^packages/race-lab/src/stories[.]ts$" },
      to: { path: "node_modules/postgres/|^packages/db/", reachable: true },
    },
    {
      name: "no-cycles",
      comment:
        "Files in a cycle can only be read together, and one of them runs before what it imports exists. Move what both need (a type, often) into the lower one or a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "It imports nothing and nothing imports it. Use it or delete it.",
      severity: "error",
      from: {
        orphan: true,
        path: "^(apps|packages)/[^/]+/src/",
        // What a browser loads by its address is imported by nobody.
        pathNot: [test, "[.]d[.]m?ts$", "/src/index[.]ts$", "^apps/server/src/http/docs/page[.]js$"],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|coverage)/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
