export { answerSteps, conversations, messages } from "./conversations.ts";
export { operations } from "./operations.ts";
export { holdfast } from "./schema.ts";
export { reservations, seats, showChanges, shows } from "./shows.ts";
export { apiKeys, tenants } from "./tenants.ts";
export { entries, holds, wallets } from "./wallets.ts";
export { webhookDeliveries, webhooks, webhookTopics } from "./webhooks.ts";
