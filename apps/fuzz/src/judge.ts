import type { Procedure } from "./generate/procedures.ts";
import type { FuzzRequest } from "./generate/request.ts";
import { checkAnswers } from "./oracles/check-answers.ts";
import { allowanceOf, checkChanges } from "./oracles/check-changes.ts";
import { checkLeaks } from "./oracles/check-leaks.ts";
import type { Finding } from "./oracles/finding.ts";
import type { Exchange } from "./wire/exchange.ts";
import type { Lane } from "./world/lane.ts";
import type { Stock } from "./world/stock.ts";
import type { World } from "./world/world.ts";

interface JudgeOptions {
  readonly world: World;
  readonly procedures: readonly Procedure[];
  /** Of a tenant that none of the requests is sent for. */
  readonly strangers: Stock;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Puts the question to every answer, and to every row that was written meanwhile. */
export class Judge {
  readonly #world: World;
  readonly #procedures: ReadonlySet<string>;
  readonly #strangersIds: ReadonlySet<string>;
  /** By lane: those of them that it has named by itself. */
  readonly #namedBy = new Map<number, Set<string>>();

  constructor({ world, procedures, strangers }: JudgeOptions) {
    this.#world = world;
    this.#procedures = new Set(procedures.map(({ path }) => path));
    this.#strangersIds = new Set([...strangers.known.values, ...strangers.hidden.values]);
  }

  /** Tells ids that are somebody else's; one that this lane has sent before may be told again, as its own words. */
  #strangersTo(lane: Lane, text: string): (id: string) => boolean {
    const named = this.#namedBy.get(lane.tenantId) ?? new Set();
    this.#namedBy.set(lane.tenantId, named);
    for (const id of text.toLowerCase().match(UUID) ?? []) if (this.#strangersIds.has(id)) named.add(id);
    return (id) => this.#strangersIds.has(id) && !named.has(id);
  }

  async judge(lane: Lane, request: FuzzRequest, answer: Exchange): Promise<Finding[]> {
    const { audit, directory } = this.#world;
    const never = [...this.#world.never, directory];
    const isForbidden = (mark: string): boolean => this.#isForbidden(mark, lane, request);
    const text = textOf(request);
    const findings = [
      ...checkAnswers(request, answer),
      ...checkLeaks(text, answer, { never, isForbidden, isStrangers: this.#strangersTo(lane, text) }),
      ...checkChanges(await audit.take(lane.tenantId), allowanceOf(answer), this.#isProcedure),
    ];
    for (const { body, contentType } of answer.responses)
      if (contentType.startsWith("application/json")) learn(lane, body);
    return findings;
  }

  /** What only the whole run shows. */
  async judgeEnd(tenants: readonly number[]): Promise<Finding[]> {
    const { audit, never, server } = this.#world;
    if (server.exit !== undefined) return [];
    const others = await audit.takeOthers(tenants);
    const lines = server.log.split("\n");
    return [
      // Nobody has asked for anything of these.
      ...checkChanges(others, { successes: 0, refusals: 0 }, this.#isProcedure),
      ...lines
        .filter(
          (line) =>
            /canary-\d|uncaught|unhandled/.test(line) || never.some((secret) => line.includes(secret)),
        )
        .map((line): Finding => ({ rule: "the log tells nothing", message: line.slice(0, 500) })),
    ];
  }

  readonly #isProcedure = (kind: string): boolean => this.#procedures.has(kind);

  /** Another tenant's data are nobody's here; "hidden" is of this tenant, and its services may see them. */
  #isForbidden(mark: string, { tenantId }: Lane, { caller, kind }: FuzzRequest): boolean {
    const [, tenant, owner] = mark.split("-");
    if (tenant !== String(tenantId)) return true;
    const isUser = caller === "ada" || caller === "bob" || caller === "nobody" || caller === "impostor";
    // Bytes that were changed bear whichever credential they were recorded with.
    return owner === "hidden" && isUser && kind !== "bytes";
  }
}

/** What a request says, as it was sent and as it is meant. */
function textOf({ bytes }: FuzzRequest): string {
  const text = bytes.toString("utf8");
  return `${text}\n${text.replaceAll(/(%[0-9a-f]{2})+/gi, decode)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function learn({ stock }: Lane, body: string): void {
  try {
    stock.known.learn(JSON.parse(body));
  } catch {
    // Judged elsewhere.
  }
}
