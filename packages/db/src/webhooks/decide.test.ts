import { describe, expect, test } from "vitest";
import type { DecideContext } from "../write-path/feature.ts";
import { decideWebhook, type WebhookCommand } from "./decide.ts";
import { topicName, type Webhook, WebhookRows } from "./webhook.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");
const idempotencyKey = "k";
const enabled: Webhook = {
  id: "hook",
  url: "https://example.com/",
  topics: ["wallet"],
  description: "books",
  status: "enabled",
  reason: undefined,
  secretVersion: 1,
  previousSecretUntilMs: undefined,
};
const disabled: Webhook = { ...enabled, status: "disabled", reason: "broken" };
const removed: Webhook = { ...enabled, status: "removed" };

function decide(command: WebhookCommand, { webhook = enabled, role = "admin", count = 1 } = {}) {
  const rows = new WebhookRows();
  rows.webhooks.set(webhook.id, webhook);
  rows.count = count;
  rows.topics.add(topicName("hook", "wallet", "w"));
  rows.deliveries.set("d", { webhookId: "hook", kind: "wallet", topicId: "w", version: 7n });
  const context = {
    principal: { tenantId: 1, subject: "boss", role },
    ...{ nowMs: NOW_MS, operationId: "op", newId: () => "new", derive: () => "" },
  } as DecideContext;
  return decideWebhook(rows, command, context);
}

const on = { idempotencyKey, webhookId: "hook" };
const create: WebhookCommand = {
  kind: "webhooks.create",
  idempotencyKey,
  url: "https://a.example/",
  topics: ["show"],
};

describe("refusals", () => {
  test.each<[string, WebhookCommand, Parameters<typeof decide>[1], string, unknown]>([
    ["a user", create, { role: "user" }, "FORBIDDEN", { needs: "admin" }],
    ["a service", { kind: "webhooks.disable", ...on }, { role: "service" }, "FORBIDDEN", { needs: "admin" }],
    ["unknown", { kind: "webhooks.enable", ...on, webhookId: "x" }, {}, "NOT_FOUND", { what: "webhookId" }],
    ["removed", { kind: "webhooks.enable", ...on }, { webhook: removed }, "NOT_FOUND", { what: "webhookId" }],
    [
      "removed twice",
      { kind: "webhooks.remove", ...on },
      { webhook: removed },
      "NOT_FOUND",
      { what: "webhookId" },
    ],
    [
      "a delivery of nobody's",
      { kind: "webhooks.replay", ...on, deliveryId: "x" },
      {},
      "NOT_FOUND",
      { what: "deliveryId" },
    ],
    [
      "a topic that was never followed",
      { kind: "webhooks.replay", ...on, topic: { kind: "wallet", id: "x" }, fromVersion: 1n },
      {},
      "NOT_FOUND",
      { what: "topic" },
    ],
  ])("%s", (_who, command, given, code, details) => {
    expect(decide(command, given)).toEqual({ ok: false, code, details });
  });

  test("one too many", () => {
    expect(decide(create, { count: 50 })).toMatchObject({ ok: false, code: "BAD_REQUEST" });
    expect(decide(create, { count: 49 })).toMatchObject({ ok: true });
  });
});

describe("changes", () => {
  const until = (seconds: number) => NOW_MS + seconds * 1_000;
  test.each<[string, WebhookCommand, Webhook, Partial<Webhook>, boolean]>([
    [
      "a new address is tried at once",
      { kind: "webhooks.update", ...on, url: "https://b.example/" },
      enabled,
      { url: "https://b.example/" },
      true,
    ],
    [
      "new topics",
      { kind: "webhooks.update", ...on, topics: ["show"] },
      enabled,
      { topics: ["show"] },
      false,
    ],
    [
      "no description",
      { kind: "webhooks.update", ...on, description: null },
      enabled,
      { description: undefined },
      false,
    ],
    ["nothing", { kind: "webhooks.update", ...on }, enabled, {}, false],
    [
      "a new address of a disabled one",
      { kind: "webhooks.update", ...on, url: "https://b.example/" },
      disabled,
      { url: "https://b.example/" },
      false,
    ],
    ["enabled", { kind: "webhooks.enable", ...on }, disabled, { status: "enabled", reason: undefined }, true],
    ["enabled twice", { kind: "webhooks.enable", ...on }, enabled, {}, false],
    [
      "disabled",
      { kind: "webhooks.disable", ...on, reason: "why" },
      enabled,
      { status: "disabled", reason: "why" },
      false,
    ],
    [
      "removed",
      { kind: "webhooks.remove", ...on },
      disabled,
      { status: "removed", reason: undefined },
      false,
    ],
    [
      "a new secret",
      { kind: "webhooks.rotateSecret", ...on },
      enabled,
      { secretVersion: 2, previousSecretUntilMs: until(86_400) },
      false,
    ],
    [
      "at once",
      { kind: "webhooks.rotateSecret", ...on, overlapSeconds: 0 },
      enabled,
      { secretVersion: 2, previousSecretUntilMs: NOW_MS },
      false,
    ],
  ])("%s", (_what, command, webhook, after, resume) => {
    const changes = [{ type: "change", webhook: { ...webhook, ...after }, resume }];
    expect(decide(command, { webhook })).toMatchObject({ ok: true, data: { operationId: "op" }, changes });
  });

  test("a new one is enabled, and knows nothing of secrets before", () => {
    expect(decide(create)).toMatchObject({
      data: { webhookId: "new", status: "enabled", secretVersion: 1, previousSecretUntil: null },
      changes: [{ type: "create" }],
    });
  });

  test.each<[string, WebhookCommand, bigint]>([
    ["a delivery", { kind: "webhooks.replay", ...on, deliveryId: "d" }, 7n],
    [
      "a version",
      { kind: "webhooks.replay", ...on, topic: { kind: "wallet", id: "w" }, fromVersion: 3n },
      3n,
    ],
  ])("sent again: from %s on", (_what, command, version) => {
    const replay = { webhookId: "hook", kind: "wallet", topicId: "w", version };
    expect(decide(command)).toMatchObject({ ok: true, changes: [{ type: "replay", ...replay }] });
  });
});
