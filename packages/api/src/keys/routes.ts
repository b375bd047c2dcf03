import type { Route } from "../rest/route.ts";
import * as answer from "./answers.ts";

export const keyRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/keys",
    procedure: "keys.create",
    summary: "Create an API key",
    description: "For admins. The key is in the answer and nowhere else.",
    answer: answer.createdAnswer,
    errors: ["FORBIDDEN"],
    created: "/operations/{operationId}",
  },
  {
    method: "GET",
    path: "/keys",
    procedure: "keys.list",
    summary: "List API keys",
    description:
      "For admins: the tenant's, the newest first, revoked ones included; never the keys themselves.",
    answer: answer.keys,
    errors: ["FORBIDDEN"],
  },
  {
    method: "POST",
    path: "/keys/{keyId}/revoke",
    procedure: "keys.revoke",
    summary: "Revoke an API key",
    description: "For admins. Every replica refuses it within seconds.",
    answer: answer.revokedAnswer,
    errors: ["FORBIDDEN", "NOT_FOUND"],
  },
];
