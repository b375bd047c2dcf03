import type { Route } from "../rest/route.ts";
import { explanation, verification } from "./answers.ts";

export const operationRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/operations/{operationId}",
    procedure: "operations.explain",
    operationId: "operations.get",
    summary: "Read what a command did",
    description: "What was asked and answered, by whom and when, and every row that it wrote.",
    answer: explanation,
    errors: ["NOT_FOUND"],
    without: ["idempotencyKey"],
  },
  {
    method: "GET",
    path: "/operations",
    procedure: "operations.explain",
    operationId: "operations.find",
    summary: "Find what a command did by its key",
    description:
      "For whoever has lost the answer. A call that was never executed, or whose refusal is not recorded, is NOT_FOUND.",
    answer: explanation,
    errors: ["NOT_FOUND"],
    without: ["operationId"],
  },
  {
    method: "GET",
    path: "/verification",
    procedure: "operations.verify",
    summary: "Check that everything still agrees",
    description:
      "For admins: every invariant over the tenant's rows, for 30 s or the call's deadline at most. What it did not get to is `unchecked`; `OVERLOADED` when another one takes longer than 5 s.",
    answer: verification,
    errors: ["FORBIDDEN"],
  },
];
