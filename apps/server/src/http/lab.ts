import { badRequest } from "@holdfast/api";
import { errorTable, HoldfastError } from "@holdfast/db";
import { type Order, readCatalogue, readOrder, runLab } from "@holdfast/race-lab";
import type { LabEvent } from "@holdfast/race-lab/stories";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { ReportFault } from "../faults.ts";

export interface LabOptions {
  /** Where races run, each in a database of its own. */
  readonly databaseUrl: string;
  readonly reportFault: ReportFault;
}

interface Run {
  readonly leave: AbortController;
  /** Resolves when the run has ended and has left nothing behind. */
  readonly ended: Promise<void>;
}

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  connection: "keep-alive",
};

/** The race lab: what can be run, and one run at a time, told as it goes on. Leaving the stream stops the run. */
export function labRoutes({ databaseUrl, reportFault }: LabOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    let running: Run | undefined;

    app.get("/", () => readCatalogue());

    app.get("/run", async (request, reply) => {
      const read = readOrder(request.query);
      if ("issues" in read) throw badRequest(read.issues);
      const { order } = read;
      // Whoever left, or asked for another run instead, is not waited for long: a run that is stopped ends at once.
      while (running?.leave.signal.aborted) await running.ended;
      if (running !== undefined) throw busy(order.settings.seconds);
      const leave = new AbortController();
      const ended = tell(order, reply, leave).finally(() => {
        running = undefined;
      });
      running = { leave, ended };
      return reply;
    });

    // A stream is a reply without an end of its own.
    app.addHook("preClose", async () => {
      running?.leave.abort();
      await running?.ended;
    });

    async function tell(order: Order, reply: FastifyReply, leave: AbortController): Promise<void> {
      const { raw } = reply;
      raw.once("close", () => leave.abort());
      raw.on("error", () => leave.abort());
      reply.hijack();
      raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
      // A run has so few events that nobody who reads slowly can fill our memory.
      const write = (event: LabEvent): boolean => raw.write(`data: ${JSON.stringify(event)}\n\n`);
      try {
        for await (const event of runLab({ ...order, url: databaseUrl, signal: leave.signal })) write(event);
      } catch (error) {
        write(leave.signal.aborted ? STOPPED : failed(error));
      } finally {
        raw.end();
      }
    }

    function failed(fault: unknown): LabEvent {
      const error = HoldfastError.internal(fault, reportFault);
      const message = NEEDS[codeOf(fault)] ?? `${error.message} The log has it under ${error.details.id}.`;
      return { type: "failed", code: error.code, message };
    }
  };
}

const STOPPED: LabEvent = {
  type: "failed",
  code: "UNAVAILABLE",
  message: "The server is ending, and the run with it. It has left nothing behind; run it again later.",
};

/** What the database lacks, by SQLSTATE. */
const NEEDS: Readonly<Record<string, string>> = {
  "42501":
    "Each run makes a database of its own and removes it; the role of DATABASE_URL may not. Grant it CREATEDB and CREATEROLE, or use the owner's.",
  "53300": "Postgres has no connection left for the callers: run it with fewer, or raise max_connections.",
};

function codeOf(fault: unknown): string {
  return fault instanceof Error && "code" in fault ? String(fault.code) : "";
}

function busy(retryAfterSeconds: number): HoldfastError {
  const message =
    "Another race is under way, and only one runs at a time; nothing was started. Stop that one, or try again when it has ended.";
  return new HoldfastError(
    "OVERLOADED",
    { retryAfterSeconds },
    { row: { ...errorTable.OVERLOADED, message } },
  );
}
