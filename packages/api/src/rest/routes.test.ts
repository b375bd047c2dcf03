import { type ErrorCode, errorTable, HoldfastError } from "@holdfast/db";
import { describe, expect, test } from "vitest";
import { restCalls } from "./call.ts";
import { errorDetails } from "./error-details.ts";
import { type JsonSchemas, sampleOf, toJsonSchema } from "./json-schema.ts";
import { openApi } from "./openapi.ts";
import { problem, problemSchema } from "./problem.ts";
import { nameOf, namesIn } from "./route.ts";
import { procedures, routes, withoutRoute } from "./routes.ts";
import { readTopics } from "./watch.ts";

test("every procedure has an address, or a reason to have none", () => {
  const reached = new Set(routes.map(({ procedure }) => procedure));
  expect(Object.keys(withoutRoute).filter((name) => reached.has(name))).toEqual([]);
  expect([...reached, ...Object.keys(withoutRoute)].sort()).toEqual(Object.keys(procedures).sort());
});

test("no two routes share an address or a name, and a query changes nothing", () => {
  const addresses = routes.map(({ method, path }) => `${method} ${path}`);
  const names = routes.map(nameOf);
  expect([new Set(addresses).size, new Set(names).size]).toEqual([routes.length, routes.length]);
  const byGet = restCalls().filter(({ route }) => route.method === "GET");
  expect(byGet.filter(({ type }) => type !== "query")).toEqual([]);
});

test("what an address names is a field of the input", () => {
  for (const { route, path } of restCalls())
    expect(path.map(({ name }) => name).sort(), route.path).toEqual(namesIn(route.path).sort());
});

describe("every code of the table", () => {
  test.each(Object.keys(errorTable) as ErrorCode[])("%s is told as its schema says", (code) => {
    const named: JsonSchemas = {};
    const details = sampleOf(toJsonSchema(errorDetails[code], "output", named), named);
    const told = problem(new HoldfastError(code, details as never));
    expect(problemSchema(code).parse(told)).toEqual(told);
    expect(() => problemSchema(code).parse({ ...told, more: 1 })).toThrow();
  });
});

test("every field of the document that a caller sends says what it is", () => {
  const vague: string[] = [];
  const look = (schema: Record<string, unknown>, at: string): void => {
    const known = ["type", "$ref", "const", "enum", "oneOf", "anyOf"].some((keyword) => keyword in schema);
    if (!known && !at.endsWith(".metadata")) vague.push(at);
    for (const [name, member] of Object.entries(schema["properties"] ?? {})) look(member, `${at}.${name}`);
  };
  for (const [path, methods] of Object.entries(openApi().paths)) {
    for (const [method, { requestBody, parameters }] of Object.entries(methods)) {
      const body = requestBody?.content["application/json"]?.schema;
      if (body !== undefined) look(body, `${method} ${path}`);
      for (const { name, schema } of parameters)
        if (schema !== undefined) look(schema, `${method} ${path} ?${name}`);
    }
  }
  expect(vague).toEqual([]);
});

test.each([
  ["wallet/a", [{ kind: "wallet", id: "a" }]],
  [
    "wallet/a@3,show/b",
    [
      { kind: "wallet", id: "a", since: "3" },
      { kind: "show", id: "b" },
    ],
  ],
])("topics %s", (text, topics) => {
  expect(readTopics(text)).toEqual({ topics });
});

test.each(["", "wallet", "wallet/", "/a", "wallet/a@", "wallet/a@x", "wallet/a,", "wallet/a/b", "Wallet/a"])(
  "%j names no topics",
  (text) => {
    expect(() => readTopics(text)).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  },
);
