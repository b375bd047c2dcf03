import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CliError, command, runTool, wholeNumber } from "./tool.ts";

let said: string;
beforeEach(() => {
  said = "";
  const write = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
  vi.spyOn(console, "error").mockImplementation(write);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const tool = (run: (seconds: number) => void) =>
  command({
    name: "measure",
    description: "Measures something",
    args: { seconds: { type: "string", default: "5", description: "How long" } },
    run: async ({ seconds }) => run(wholeNumber("seconds", seconds)),
  });

test("runs with what it is given", async () => {
  const run = vi.fn();
  await runTool(tool(run), ["--seconds", "7"]);
  expect(run).toHaveBeenCalledWith(7);
  expect([said, process.exitCode]).toEqual(["", undefined]);
});

test.each([
  [["--seconds", "0"], '--seconds must be a whole number, 1 at least, not "0"\n'],
  [["--second", "7"], "measure has no option --second; see --help\n"],
  [["seven"], 'measure takes no argument "seven"; see --help\n'],
])("%j is told in a line, and nothing is run", async (args, line) => {
  const run = vi.fn();
  await runTool(tool(run), args);
  expect([said, process.exitCode]).toEqual([line, 2]);
  expect(run).not.toHaveBeenCalled();
});

test("what the person can mend is told in a line, what they can't with where it comes from", async () => {
  await runTool(
    tool(() => {
      throw new CliError("the port is taken");
    }),
    [],
  );
  expect([said, process.exitCode]).toEqual(["the port is taken\n", 2]);
  const bug = new TypeError("undefined is no function");
  await runTool(
    tool(() => {
      throw bug;
    }),
    [],
  );
  expect(console.error).toHaveBeenCalledWith(bug);
});

test("--help tells the options and runs nothing", async () => {
  const run = vi.fn();
  await runTool(tool(run), ["--help"]);
  expect(said).toContain("--seconds");
  expect(run).not.toHaveBeenCalled();
});
