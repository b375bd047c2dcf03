import type { Principal } from "@holdfast/db";
import type { TestServer } from "./test-server.ts";

/** A call as it was sent, and what came back: the same bytes in every run, but for what the server makes up. */
export interface Told {
  readonly call: string;
  readonly reply: string;
}

interface Call {
  readonly by: Principal;
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const ROUNDS = 24;
const WALLETS = 12;

/**
 * The same calls in the same rounds from one seed. The calls of a round are sent at once; no two of them want the same row,
 * unless they repeat or abuse the key of an earlier round, so what each is told doesn't depend on who is first.
 */
export async function runSeededWorkload(
  server: TestServer,
  seed: number,
  beforeRound: (round: number) => Promise<void>,
): Promise<{ told: Told[]; again(): Promise<{ before: Told; now: Told }> }> {
  const random = mulberry32(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const pick = <T>(items: readonly T[]): T => items[whole(items.length)] as T;
  const user = (subject: string): Principal => ({ tenantId: 1, subject, role: "user" });
  const [ada, bob] = [user("ada"), user("bob")];
  const shop: Principal = { tenantId: 1, subject: "shop", role: "service" };
  const elsewhere: Principal = { tenantId: 2, subject: "ada", role: "user" };
  const told: Told[] = [];
  const recorded: Call[] = [];
  const unify = createUnifier();
  let keys = 0;
  const keyed = (by: Principal, path: string, input: object): Call => ({
    ...{ by, path },
    input: { idempotencyKey: `seeded-${keys++}`, ...input },
  });

  async function send({ by, path, input }: Call): Promise<{ status: number; text: string }> {
    const caller = await server.as(by);
    const headers = { "content-type": "application/json" };
    const response = await caller.send(path, { method: "POST", headers, body: JSON.stringify(input) });
    return { status: response.status, text: await response.text() };
  }

  /** Sends them at once; texts are compared in the order of the calls. */
  async function sendAll(calls: readonly Call[]): Promise<Record<string, unknown>[]> {
    const replies = await Promise.all(calls.map(send));
    return replies.map(({ status, text }, at) => {
      const { by, path, input } = calls[at] as Call;
      const call = `${by.role}:${by.subject}@${by.tenantId} ${path} ${JSON.stringify(input)}`;
      told.push({ call: unify(call), reply: unify(`${status} ${text}`) });
      return (JSON.parse(text) as { result?: { data: Record<string, unknown> } }).result?.data ?? {};
    });
  }

  const opened = await sendAll(
    Array.from({ length: WALLETS }, (_, at) =>
      keyed(shop, "wallets.open", { currency: "sat", ownerId: at % 2 === 0 ? "ada" : "bob" }),
    ),
  );
  const wallets = opened.map(({ walletId }) => String(walletId));
  await sendAll(wallets.map((walletId) => keyed(shop, "wallets.credit", { walletId, amount: "200" })));
  const seats = Array.from({ length: 60 }, (_, at) => ({ id: `A${at + 1}` }));
  const [{ showId } = {}] = await sendAll([
    keyed(shop, "shows.create", {
      name: "A show",
      categories: [{ id: "standard", price: "0" }],
      sections: [{ id: "stalls", rows: [{ id: "A", seats }] }],
    }),
  ]);
  const [{ conversationId } = {}] = await sendAll([keyed(ada, "conversations.create", {})]);
  let token: unknown;

  function newCalls(round: number): Call[] {
    const free = wallets.map((walletId, at) => ({ walletId, by: at % 2 === 0 ? ada : bob }));
    const take = () => free.splice(whole(free.length), 1)[0] as (typeof free)[number];
    const [one, two, three, four, five, six] = [take(), take(), take(), take(), take(), take()];
    const amount = () => String(1 + whole(60));
    const steps = [10, 500].map((debit) => ({
      kind: "debit",
      walletId: four.walletId,
      amount: String(debit),
    }));
    const seat =
      token === undefined
        ? keyed(ada, "seats.reserve", { showId, bestAvailable: { quantity: 1 + whole(3) } })
        : keyed(ada, pick(["seats.confirm", "seats.release"]), { token });
    const message = {
      id: `message-${round}`,
      role: "user",
      parts: [{ type: "text", text: `said ${round}` }],
    };
    return [
      keyed(one.by, "wallets.debit", { walletId: one.walletId, amount: amount(), memo: "a memo" }),
      keyed(two.by, "wallets.transfer", {
        fromWalletId: two.walletId,
        toWalletId: three.walletId,
        amount: amount(),
      }),
      keyed(four.by, "wallets.batch", { atomic: round % 2 === 0, commands: steps }),
      keyed(five.by, "wallets.hold", { walletId: five.walletId, amount: amount(), expiresInSeconds: 3_600 }),
      keyed(six.by, "wallets.debit", { walletId: six.walletId, amount: "9999" }),
      seat,
      keyed(ada, "conversations.append", { conversationId, messages: [message] }),
    ];
  }

  /** Repeats of earlier calls, and abuses of their keys. */
  function oldCalls(): Call[] {
    const repeats = Array.from({ length: 10 }, () => pick(recorded));
    const other = pick(recorded);
    const stolen = pick(recorded);
    return [
      ...repeats,
      {
        ...other,
        path: "wallets.debit",
        input: { idempotencyKey: other.input["idempotencyKey"], walletId: wallets[0], amount: "1" },
      },
      { ...stolen, by: stolen.by === shop ? ada : shop },
      { ...stolen, by: stolen.by === bob ? ada : bob },
      {
        by: elsewhere,
        path: "wallets.debit",
        input: { idempotencyKey: stolen.input["idempotencyKey"], walletId: wallets[1], amount: "1" },
      },
    ];
  }

  for (let round = 0; round < ROUNDS; round++) {
    const made = newCalls(round);
    const old = round === 0 ? [] : oldCalls();
    await beforeRound(round);
    const answers = await sendAll([...made, ...old]);
    token = token === undefined ? answers[5]?.["token"] : undefined;
    recorded.push(...made);
  }

  const [first] = recorded as [Call];
  const asTold = async (): Promise<Told> => {
    await sendAll([first]);
    return told.pop() as Told;
  };
  const before = await asTold();
  return { told, again: async () => ({ before, now: await asTold() }) };
}

/** Names what the server makes up by the order in which it appears. */
function createUnifier(): (text: string) => string {
  const names = new Map<string, string>();
  const made =
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<="token":")[\w-]+|\d{4}-\d\d-\d\dT[\d:.]+Z/g;
  return (text) =>
    text.replace(made, (found) => {
      const name = names.get(found) ?? `made-up-${names.size}`;
      names.set(found, name);
      return name;
    });
}

/** A small generator of random numbers with a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
