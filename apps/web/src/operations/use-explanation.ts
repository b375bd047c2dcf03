import { useOperation } from "@holdfast/react";

export type { OperationStory as Explanation } from "@holdfast/react";

/** What became of a command, by its idempotency key or the id of its operation. */
export { useOperation as useExplanation };
