// What dependencies may do, and what is known of them. `pnpm check` runs it.
//
// 1. No lifecycle script runs at install. pnpm runs those alone that pnpm-workspace.yaml allows, and it allows none; every
//    installed package that has one is named there, so that somebody has looked at it. Ours have none either.
// 2. `pnpm audit --prod` knows of nothing high or critical. Where the registry's advisories can't be had, that is said and
//    nothing more is claimed; CI asks for them in a step of its own, which fails without an answer.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const AT_INSTALL = ["preinstall", "install", "postinstall"];
/** Of a workspace package pnpm also runs these. */
const OF_OURS = [...AT_INSTALL, "preprepare", "prepare", "postprepare"];

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const foldersIn = (path) => readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** The entries below a key of pnpm-workspace.yaml, as lines; the file is ours and has no other form. */
function entriesOf(key) {
  const yaml = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const block = new RegExp(`^${key}:\\n((?: .*\\n)*)`, "m").exec(yaml)?.[1] ?? "";
  return block.split("\n").flatMap((line) => /^ +"?([^":]+)"?: *(\w*)$/.exec(line)?.slice(1) ?? []);
}

/** Every package that is installed, by its folder in pnpm's store of this checkout. */
function* installed() {
  const store = join(ROOT, "node_modules/.pnpm");
  for (const { name: id } of foldersIn(store)) {
    const modules = join(store, id, "node_modules");
    if (id === "node_modules") continue;
    for (const { name } of foldersIn(modules)) {
      // Links to other packages are no folders: what is one is the package itself, or the scope that it is in.
      const names = name.startsWith("@")
        ? foldersIn(join(modules, name)).map((one) => `${name}/${one.name}`)
        : [name];
      for (const each of names)
        if (each !== ".bin") yield { name: each, manifest: readJson(join(modules, each, "package.json")) };
    }
  }
}

function scriptProblems() {
  const decided = entriesOf("allowBuilds");
  const problems = decided.flatMap((name, at) =>
    at % 2 === 1 && name !== "false" ? [`${decided[at - 1]} may run scripts at install`] : [],
  );
  const named = new Set(decided);
  const withScripts = new Set();
  let packages = 0;
  for (const { name, manifest } of installed()) {
    packages++;
    if (AT_INSTALL.some((script) => manifest.scripts?.[script] !== undefined)) withScripts.add(name);
  }
  for (const name of withScripts)
    if (!named.has(name))
      problems.push(`${name} has a script for its install that nobody has looked at: name it in allowBuilds`);
  const ours = [
    "package.json",
    ...["apps", "packages", "examples"].flatMap((parent) =>
      foldersIn(join(ROOT, parent)).map(({ name }) => `${parent}/${name}/package.json`),
    ),
  ];
  for (const path of ours)
    for (const script of OF_OURS)
      if (readJson(join(ROOT, path)).scripts?.[script] !== undefined)
        problems.push(`${path} runs ${script} at every install`);
  console.log(
    `scripts  ${packages} packages are installed; ${[...withScripts].join(", ") || "none"} would run a script, and may not`,
  );
  return problems;
}

/** What `pnpm audit --prod` says, or why it can't say anything. */
function audit() {
  return new Promise((resolve) => {
    execFile(
      "npx",
      ["--yes", "pnpm", "audit", "--prod", "--json"],
      { cwd: ROOT },
      (_error, stdout, stderr) => {
        try {
          resolve({ counts: JSON.parse(stdout).metadata.vulnerabilities });
        } catch {
          resolve({
            because: `${stdout}${stderr}`
              .replaceAll(/[\s×│]+/g, " ")
              .trim()
              .slice(0, 200),
          });
        }
      },
    );
  });
}

const problems = scriptProblems();
const { counts, because } = await audit();
if (counts === undefined)
  console.log(`audit    not done: the registry's advisories can't be had here (${because})`);
else {
  console.log(
    `audit    ${Object.entries(counts)
      .map(([severity, count]) => `${count} ${severity}`)
      .join(", ")}`,
  );
  if (counts.high + counts.critical > 0)
    problems.push("pnpm audit --prod knows of something high or critical: update what it names");
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
