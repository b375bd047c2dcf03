import { readFileSync } from "node:fs";
import "../testing/dom.ts";
import { createHoldfast } from "@holdfast/client";
import { getConversation, type Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { QueryClient } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { transform } from "esbuild";
import * as React from "react";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as aiSdk from "../ai-sdk/index.ts";
import * as react from "../index.ts";
import { answering, beginConversation } from "../testing/answering.ts";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });

const doc = readFileSync(new URL("../../../../docs/conversations-react.md", import.meta.url), "utf8");
const exampleOf = (language: string) =>
  new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(doc)?.[1] ?? "";
const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };

let server: TestServer;
let conversationId: string;
beforeAll(async () => {
  server = await startTestServer();
  conversationId = await beginConversation(server.db, ada);
});
afterAll(() => server.close());
afterEach(cleanup);

/** Runs an example of the page as it is printed, its imports and free names given as parameters. */
async function run(example: string, given: Record<string, unknown>, result: string): Promise<unknown> {
  const source = example.replaceAll(/^import .*$/gm, "").replaceAll(/^export /gm, "");
  const options = { loader: "tsx", jsx: "transform", jsxFactory: "h", jsxFragment: "Fragment" } as const;
  const { code } = await transform(`return (async () => { ${source}\n return ${result}; })()`, options);
  return new Function(...Object.keys(given), code)(...Object.values(given));
}

const { Fragment, createElement: h } = React;

test("the chat of the page sends what is written and shows what is answered", async () => {
  const App = (await run(
    exampleOf("tsx"),
    { ...react, h, Fragment, FormData: window.FormData },
    "App",
  )) as React.ComponentType<object>;
  const client = createHoldfast({ url: server.url, token: await server.token(ada) });
  render(<App {...{ client, queryClient: new QueryClient(), conversationId }} />);
  fireEvent.input(await screen.findByLabelText("Message"), { target: { value: "why?" } });
  fireEvent.click(screen.getByText("Send"));
  await screen.findByText("why?");
  await screen.findByText("Stop");
  const { answerId } = await getConversation(server.db, ada, { conversationId });
  await answering(server.db, conversationId, answerId ?? "").say("Because.");
  await screen.findByText("Because.");
  fireEvent.click(screen.getByText("Stop"));
  await waitFor(() => expect(screen.queryByText("Stop")).toBeNull());
});

test("the transport of the page knows the conversation's messages", async () => {
  const client = createHoldfast({ url: server.url, token: await server.token(ada) });
  const messages = await run(exampleOf("ts"), { ...aiSdk, client, conversationId }, "messages");
  expect(messages).toMatchObject([{ seq: "1" }, { seq: "2", status: "stopped" }]);
});
