export { type AppRouter, appRouter, type RouterInputs, type RouterOutputs } from "./app-router.ts";
export { within } from "./deadline.ts";
export { badRequest, isUnknownFault, toHoldfastError } from "./errors.ts";
export { parseJson } from "./json.ts";
export type { CallEnded, OnCall } from "./see-call.ts";
export type { Answers, Context } from "./trpc.ts";
export { responseHeaders, type WireError, type WireErrorData, wireError } from "./wire-error.ts";
