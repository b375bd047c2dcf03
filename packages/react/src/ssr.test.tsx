import { text } from "node:stream/consumers";
import { createHoldfast, type Holdfast } from "@holdfast/client";
import type { Principal } from "@holdfast/db";
import { startTestServer, type TestServer } from "@holdfast/server/testing";
import { type DehydratedState, dehydrate, hydrate, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { prerenderToNodeStream } from "react-dom/static";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import * as holdfast from "./index.ts";
import { everyHook, makeThings, readAhead, type Things } from "./testing/every-hook.tsx";

const ada: Principal = { tenantId: 1, subject: "ada", role: "user" };
const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };

let server: TestServer;
let client: Holdfast;
let things: Things;
beforeAll(async () => {
  server = await startTestServer();
  const clientOf = async (who: Principal) =>
    createHoldfast({ url: server.url, token: await server.token(who) });
  client = await clientOf(ada);
  things = await makeThings(client, await clientOf(shop));
});
afterAll(() => server.close());

/** React has one renderer a context: each renderer here has modules of its own, as a server and a page have. */
async function loadAnew() {
  vi.resetModules();
  return import("./testing/ssr-app.tsx");
}

const createQueryClient = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });
const asString = async (app: ReactNode) => renderToString(app);
/** Waits for what suspends. */
const asStream = async (app: ReactNode) => text((await prerenderToNodeStream(app)).prelude);

const names = Object.keys(everyHook).sort();
const suspends = (name: string) => name.startsWith("useSuspense");
const cases = [true, false].flatMap((isReadAhead) =>
  names.map((name) => ({ name, isReadAhead, id: `${name}, ${isReadAhead ? "read ahead" : "not read"}` })),
);

/** What a server sends: the page, and what it has read for it. */
interface Sent {
  readonly html: string;
  readonly read: DehydratedState;
}

const NOTHING: DehydratedState = { queries: [], mutations: [] };

async function renderAll(render: typeof asString, isMine: (name: string) => boolean) {
  const { App, Show } = await loadAnew();
  const sent = new Map<string, Sent>();
  for (const { name, isReadAhead, id } of cases.filter((one) => isMine(one.name))) {
    const queryClient = createQueryClient();
    if (isReadAhead) await readAhead(queryClient, { client, identity: "1:ada" }, things);
    const html = await render(
      <App client={client} queryClient={queryClient}>
        <Show name={name} things={things} />
      </App>,
    );
    // As it travels.
    sent.set(id, { html, read: JSON.parse(JSON.stringify(dehydrate(queryClient))) });
  }
  return sent;
}

test("every hook is tried", () => {
  expect(names).toEqual(
    Object.keys(holdfast)
      .filter((name) => /^use[A-Z]/.test(name))
      .sort(),
  );
});

describe("rendered on a server and hydrated in a page", () => {
  let sent: Map<string, Sent>;
  let lateHtml: string;
  let page: Awaited<ReturnType<typeof loadAnew>>;

  beforeAll(async () => {
    const touched = vi.fn();
    // Node has one of its own from 25 on, which all people of a server would share.
    Object.defineProperty(globalThis, "localStorage", { get: touched, configurable: true });
    const strings = await renderAll(asString, (name) => !suspends(name));
    const streams = await renderAll(asStream, suspends);
    sent = new Map([...strings, ...streams]);
    const { App, LateFreshness } = await loadAnew();
    lateHtml = await asStream(
      <App client={client} queryClient={createQueryClient()}>
        <LateFreshness walletId={things.walletId} until={Promise.resolve()} />
      </App>,
    );
    expect(typeof window).toBe("undefined");
    expect(touched).not.toHaveBeenCalled();
    Reflect.deleteProperty(globalThis, "localStorage");
    // From here on there is a page.
    await import("./testing/dom.ts");
    page = await loadAnew();
  });

  /** Answers where it is shown, and what React complains about. */
  async function open({ html, read }: Sent, children: ReactNode) {
    const { hydrateRoot } = await import("react-dom/client");
    const place = document.createElement("div");
    document.body.append(place);
    place.innerHTML = html;
    const queryClient = createQueryClient();
    hydrate(queryClient, read);
    const complaints: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((...said) => void complaints.push(said));
    const root = hydrateRoot(
      place,
      <page.App client={client} queryClient={queryClient}>
        {children}
      </page.App>,
      { onRecoverableError: (error) => complaints.push(error) },
    );
    onTestFinished(() => {
      root.unmount();
      vi.restoreAllMocks();
    });
    return { place, complaints, shown: () => place.querySelector("p")?.textContent };
  }
  const sentOf = (id: string) => sent.get(id) ?? { html: "", read: NOTHING };

  test.each(cases)("$id", async ({ name, isReadAhead, id }) => {
    const whenRead = String(everyHook[name]?.whenRead);
    if (isReadAhead || suspends(name)) expect(sentOf(id).html).toContain(`<p>${whenRead}</p>`);
    const { shown, complaints } = await open(sentOf(id), <page.Show name={name} things={things} />);
    await expect.poll(shown).toBe(whenRead);
    expect(complaints).toEqual([]);
  });

  test("what an earlier page left in the browser is taken up after hydration", async () => {
    const { walletId, showId } = things;
    const to = await server.wallet("bob", "0");
    const boost = { fromWalletId: walletId, toWalletId: to, amount: "5" };
    const intent = { key: "left undecided", input: boost, decidedAt: new Date().toISOString() };
    window.localStorage.setItem(
      `holdfast:intent:1:ada:boost:${walletId}#${intent.key}`,
      JSON.stringify(intent),
    );
    const { expiresInSeconds, ...kept } = await client.seats.reserve({ showId, seatIds: ["A1", "A2"] });
    const endsAtMs = Date.now() + expiresInSeconds * 1_000;
    window.localStorage.setItem(
      `holdfast:reservation:1:ada:${showId}`,
      JSON.stringify({ ...kept, endsAtMs }),
    );

    for (const [name, atFirst, inTheEnd] of [
      ["useBoost", "idle", "confirmed"],
      ["useReservation", "none", "2"],
    ] as const) {
      const fromServer = sentOf(`${name}, read ahead`);
      expect(fromServer.html).toContain(`<p>${atFirst}</p>`);
      const { shown, complaints } = await open(fromServer, <page.Show name={name} things={things} />);
      await expect.poll(shown).toBe(inTheEnd);
      expect(complaints).toEqual([]);
    }
  });

  test("a part that comes to life when the page is live already begins as the server rendered it", async () => {
    let come: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      come = resolve;
    });
    const late = <page.LateFreshness walletId={things.walletId} until={until} />;
    const { place, shown, complaints } = await open({ html: lateHtml, read: NOTHING }, late);
    await expect.poll(() => place.querySelector("b")?.textContent).toBe("live");
    expect(shown()).toBe("connecting");
    come();
    await expect.poll(shown).toBe("live");
    expect(complaints).toEqual([]);
  });
});
