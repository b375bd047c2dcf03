export { type AppRouter, appRouter, type RouterInputs, type RouterOutputs } from "./app-router.ts";
export { within } from "./deadline.ts";
export { badRequest, isUnknownFault, toHoldfastError } from "./errors.ts";
export { parseJson } from "./json.ts";
export type { Limits } from "./limits.ts";
export type { Answers, Context } from "./trpc.ts";
export { responseHeaders, type WireError, type WireErrorData, wireError } from "./wire-error.ts";
