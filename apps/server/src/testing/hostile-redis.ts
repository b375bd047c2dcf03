import { createClient } from "@redis/client";

/** A client that does behind Holdfast's back what others might do to its Redis. */
export interface RedisAdmin {
  /** Replaces texts, thousands at most, by something that is not theirs, but for what it has spoiled before; answers how many. */
  spoil(): Promise<number>;
  /** Names and their texts, thousands at most. */
  read(): Promise<[string, string][]>;
  /** Puts back what was read, however old. */
  restore(texts: readonly [string, string][]): Promise<number>;
  wipe(): Promise<number>;
  /** Closes everybody else's connections; answers how many. */
  disconnectOthers(): Promise<number>;
  close(): void;
}

const TAG_LENGTH = 43;
const HUGE = "x".repeat(1_000_000);
/** As many as can be spoiled within a moment. */
const MOST = 5_000;

export async function openRedisAdmin(url: string): Promise<RedisAdmin> {
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  client.on("error", () => {});
  await client.connect();

  async function read(): Promise<[string, string][]> {
    const names = await client.keys("holdfast:replay:*");
    if (names.length === 0) return [];
    const some = names.sort().slice(0, MOST);
    const texts = await client.mGet(some);
    return some.flatMap((name, at) => (typeof texts[at] === "string" ? [[name, texts[at]]] : []));
  }

  const spoiled = new Map<string, string>();
  let turn = 0;

  /** In turn: somebody else's truth, lies with the right tag, too little, too much, another tag, garbage; at last another type. */
  function hostile(text: string, other: string, at: number): string {
    const lie = text.replace(/"(balance|available|version|seq|lastSeq)":"?\d+"?/g, '"$1":"999999"');
    const values = [
      other,
      lie,
      lie,
      text.slice(0, -2),
      at % 128 === 4 ? HUGE : `${text}{}`,
      other.slice(0, TAG_LENGTH) + text.slice(TAG_LENGTH),
      '\0\u{1F608}{"ok":true,"data":{}}',
    ];
    return values[at % 8] ?? "";
  }

  function replace(name: string, text: string): Promise<unknown> {
    spoiled.set(name, text);
    if (text !== "") return client.set(name, text);
    // In one: a text that is kept between the two would make the second an error.
    return client.multi().del(name).rPush(name, "a list").exec();
  }

  return {
    read,
    async spoil() {
      const texts = (await read()).filter(([name, text]) => spoiled.get(name) !== text);
      // One alone is nobody else's truth, and it would stay as it is.
      const others = texts.length === 1 ? [] : [...texts.slice(1), ...texts.slice(0, 1)];
      await Promise.all(
        texts.map(([name, text], at) => replace(name, hostile(text, others[at]?.[1] ?? "", turn++))),
      );
      return texts.length;
    },
    async restore(texts) {
      await Promise.all(texts.map(([name, text]) => client.set(name, text)));
      return texts.length;
    },
    async wipe() {
      const before = await client.dbSize();
      await client.flushAll();
      return before;
    },
    async disconnectOthers() {
      return Number(await client.sendCommand(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]));
    },
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}
