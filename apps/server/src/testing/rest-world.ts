import type { OpenApi } from "@holdfast/api";
import type { Principal } from "@holdfast/db";
import { readConfig } from "../config.ts";
import { DescribedApi, type DescribedReply } from "./described-api.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

export const NOWHERE = "01900000-0000-7000-8000-000000000000";

type Fields = Readonly<Record<string, unknown>>;

/** Somebody who calls operations by their names; every reply is held against the document. */
export interface RestCaller {
  call(
    operationId: string,
    fields?: Fields,
    headers?: Readonly<Record<string, string>>,
  ): Promise<DescribedReply>;
  /** The same under a key of its own; the body of a success. */
  // biome-ignore lint/suspicious/noExplicitAny: whoever reads a field knows the answer that it walked into.
  done(operationId: string, fields?: Fields): Promise<any>;
}

export interface RestWorld {
  readonly server: TestServer;
  readonly api: DescribedApi;
  readonly document: OpenApi;
  /** An admin. */
  readonly root: RestCaller;
  readonly shop: RestCaller;
  readonly ada: RestCaller;
  readonly bob: RestCaller;
  newKey(): string;
}

const person = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });

/** A server, and a few who call it by HTTP. Answers cost something, and nobody says them. */
export async function createRestWorld(): Promise<RestWorld> {
  const answers = { ...readConfig({}).answers, pricePer1000Tokens: 1_000n };
  const server = await startTestServer({ config: { answers }, unanswered: true });
  const document = (await (await fetch(`${server.url}/v1/openapi.json`)).json()) as OpenApi;
  const api = new DescribedApi(document);
  let keys = 0;
  const newKey = () => `rest-${keys++}`;

  const callerOf = async (principal: Principal): Promise<RestCaller> => {
    const token = await server.token(principal);
    const call: RestCaller["call"] = (operationId, fields = {}, headers = {}) => {
      const key = api.takesKey(operationId) ? { "idempotency-key": newKey() } : {};
      return api.call(server.url, operationId, { token, fields, headers: { ...key, ...headers } });
    };
    return {
      call,
      done: async (operationId, fields) => {
        const { status, body } = await call(operationId, fields);
        if (status >= 300) throw new Error(`${operationId} was refused: ${JSON.stringify(body)}`);
        return body;
      },
    };
  };
  return {
    server,
    api,
    document,
    newKey,
    root: await callerOf({ tenantId: 1, subject: "root", role: "admin" }),
    shop: await callerOf({ tenantId: 1, subject: "shop", role: "service" }),
    ada: await callerOf(person("ada")),
    bob: await callerOf(person("bob")),
  };
}

/** A house of one row of four seats at 10 each; A4 is blocked. */
export function house(walletId: string, name = "Hamlet") {
  const seats = ["A1", "A2", "A3", "A4"].map((id) => (id === "A4" ? { id, blocked: true } : { id }));
  return {
    name,
    walletId,
    categories: [{ id: "standard", price: "10" }],
    sections: [{ id: "stalls", rows: [{ id: "A", seats }] }],
  };
}

export const said = (id: string, text = "hello", role = "user") => ({
  id,
  role,
  parts: [{ type: "text", text }],
});
