import { describe, expect, test } from "vitest";
import { readResponses } from "./responses.ts";

const head = (fields: string, status = "200 OK") => `HTTP/1.1 ${status}\r\n${fields}\r\n\r\n`;

describe("responses off a connection", () => {
  test.each<[string, string, (string | number | boolean)[][]]>([
    ["with a length", `${head("content-length: 2")}{}`, [[200, "{}", true]]],
    ["that has not come whole", `${head("content-length: 3")}{}`, []],
    [
      "in chunks",
      `${head("transfer-encoding: chunked")}2\r\n{}\r\n1\r\n \r\n0\r\n\r\n`,
      [[200, "{} ", true]],
    ],
    ["in chunks of which one is missing", `${head("transfer-encoding: chunked")}2\r\n{}\r\n`, []],
    [
      "two, one after the other",
      `${head("content-length: 1")}a${head("content-length: 1", "400 Bad")}b`,
      [
        [200, "a", true],
        [400, "b", true],
      ],
    ],
    ["after a go-ahead", `HTTP/1.1 100 Continue\r\n\r\n${head("content-length: 0")}`, [[200, "", true]]],
    ["without a body", head("x: y", "204 No Content"), [[204, "", true]]],
    ["what is no HTTP", "220 mail.example ESMTP\r\n", []],
  ])("%s", (_name, bytes, expected) => {
    const read = readResponses(bytes).map(({ status, body, complete }) => [status, body, complete]);
    expect(read).toEqual(expected);
  });

  test("one that ends with its connection is whole, and one that was cut is told as it is", () => {
    expect(readResponses(`${head("x: y")}abc`, { ended: true })).toMatchObject([
      { body: "abc", complete: true },
    ]);
    expect(readResponses(`${head("content-length: 9")}abc`, { ended: true })).toMatchObject([
      { body: "abc", complete: false },
    ]);
  });

  test("an answer to HEAD has a length and no body", () => {
    expect(readResponses(head("content-length: 9"), { bodiless: true })).toMatchObject([
      { body: "", complete: true },
    ]);
  });
});
