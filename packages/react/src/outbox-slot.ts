/** Where messages that are on their way are kept (intents/intent-storage.ts): all that a page without conversations knows of them. */
export const OUTBOX_SLOT = "conversations.send";
