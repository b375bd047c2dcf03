export { operations } from "./operations.ts";
export { holdfast } from "./schema.ts";
export { apiKeys, tenants } from "./tenants.ts";
export { entries, holds, wallets } from "./wallets.ts";
