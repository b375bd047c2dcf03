import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Case, Story } from "../case.ts";
import { linesOf, rowLine } from "../evidence.ts";
import { askerOf } from "../replay.ts";
import { textIn } from "../steps.ts";
import type { Findings } from "../violation.ts";
import { readHouse } from "./house.ts";
import { type Facts, Timeline } from "./timeline.ts";

/** How long seats are held unless somebody says otherwise, and at most. */
const HOLD_SECONDS = 300;
const MAX_HOLD_SECONDS = 1_200;

/** A timeline for each show that was created, empty yet; and whether its row is what was asked for. */
export function openTimelines(one: Case, findings: Findings): Map<string, Timeline> {
  const timelines = new Map<string, Timeline>();
  for (const story of one.operations.values()) {
    const { operation } = story;
    if (operation.kind !== "shows.create" || !operation.outcome.ok) continue;
    const facts = factsOf(story);
    timelines.set(facts.id, new Timeline(facts));
    checkCreation(one, facts, findings);
  }
  for (const { id, row } of one.stages.values()) {
    if (timelines.has(id)) continue;
    findings.add("I2", "a show that nobody created", id, () => [rowLine("shows", row)]);
  }
  return timelines;
}

function factsOf(story: Story): Facts {
  const { input, outcome } = story.operation;
  const hold = Number(input["holdSeconds"] ?? HOLD_SECONDS);
  return {
    id: textIn((outcome.data ?? {}) as Record<string, unknown>, "showId") ?? "",
    story,
    organiserId: textIn(input, "walletId")?.toLowerCase(),
    holdSeconds: hold,
    maxHoldSeconds: Number(input["maxHoldSeconds"] ?? Math.max(MAX_HOLD_SECONDS, hold)),
    house: readHouse(input),
  };
}

function checkCreation({ stages, accounts }: Case, facts: Facts, findings: Findings): void {
  const { id, story, organiserId, holdSeconds, maxHoldSeconds, house } = facts;
  const { operation, askers } = story;
  const row = stages.get(id)?.row;
  const evidence = () => [...linesOf(askers), rowLine("operations", operation), rowLine("shows", row)];
  if (row === undefined) {
    findings.add("I5", "a show that was created and is not there", id, evidence);
    return;
  }
  const { layout, ...rest } = row;
  const startsAt = textIn(operation.input, "startsAt");
  const meant = {
    tenantId: operation.tenantId,
    id,
    name: operation.input["name"],
    startsAtMs: startsAt === undefined ? null : Date.parse(startsAt),
    walletId: organiserId ?? null,
    holdSeconds,
    maxHoldSeconds,
    capacity: house.capacity,
    operationId: operation.id,
  };
  const { held: _, sold: __, version: ___, ...fixed } = rest;
  if (!isDeepStrictEqual(fixed, meant) || !isDeepStrictEqual(parsed(layout), house.layout)) {
    findings.add("I5", "a show is not as it was created", id, evidence);
  }
  const data = {
    operationId: operation.id,
    showId: id,
    seats: house.places.size,
    capacity: house.capacity,
    holdSeconds,
    maxHoldSeconds,
    layoutHash: createHash("sha256").update(layout).digest("hex"),
    showVersion: "0",
  };
  if (!isDeepStrictEqual(operation.outcome.data, data)) {
    findings.add("I5", "the model answers differently", `${operation.kind} ${operation.id}`, evidence);
  }
  const paid = [...house.places.values()].some(({ price }) => price > 0n);
  if (
    askerOf(story).role === "user" ||
    (organiserId === undefined ? paid : accounts.get(organiserId)?.row === undefined)
  ) {
    findings.add(
      "I2",
      "executed what had to be refused",
      `${operation.kind} by ${operation.caller}`,
      evidence,
    );
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
