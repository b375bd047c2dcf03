import type { Principal } from "@holdfast/db";

/** An answer that has been opened and is to be said. */
export interface Job {
  readonly tenantId: number;
  readonly conversationId: string;
  readonly answerId: string;
  /** Where its message stands. */
  readonly seq: string;
}

/** Who writes answers. Whoever asked may have left, or lost the right to ask; the answer is the server's. */
export const answererOf = (tenantId: number): Principal => ({
  tenantId,
  subject: "system:answers",
  role: "service",
});
