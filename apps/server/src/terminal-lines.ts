import type { WriteStream } from "node:tty";

const levelNames: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** A destination for pino that a person can read: time, level, message, and the rest as compact JSON. */
export function terminalLines(out: WriteStream): { write(line: string): void } {
  return {
    write(line) {
      const { level, time, msg, pid: _pid, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const clock = String(time).slice(11, 19);
      const details = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
      out.write(`${clock} ${levelNames[Number(level)] ?? "?"} ${String(msg)}${details}\n`);
    },
  };
}
