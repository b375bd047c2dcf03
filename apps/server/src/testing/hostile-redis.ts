import { createClient } from "@redis/client";

/** A client that does behind Holdfast's back what others might do to its Redis. */
export interface RedisAdmin {
  /** Replaces the texts that are kept, thousands at most, by something that is not theirs; answers how many. */
  spoil(): Promise<number>;
  /** The names and texts that it would spoil. */
  read(): Promise<[string, string][]>;
  /** Puts back what was read, however old. */
  restore(texts: readonly [string, string][]): Promise<number>;
  wipe(): Promise<number>;
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

  /** In turn: somebody else's truth, a lie with the right tag, too little, too much, nothing, another type, garbage. */
  async function spoilOne([name, text]: [string, string], other: string, at: number): Promise<unknown> {
    const lie = text.replace(/"(balance|available|version|seq|lastSeq)":"?\d+"?/g, '"$1":"999999"');
    switch (at % 8) {
      case 0:
        return client.set(name, other);
      case 1:
      case 2:
        return client.set(name, lie === text ? other : lie);
      case 3:
        return client.set(name, text.slice(0, -2));
      case 4:
        return client.set(name, at % 128 === 4 ? HUGE : `${text}{}`);
      case 5:
        return client.set(name, other.slice(0, TAG_LENGTH) + text.slice(TAG_LENGTH));
      case 6:
        await client.del(name);
        return client.rPush(name, text);
      default:
        return client.set(name, '\0\u{1F608}{"ok":true,"data":{}}');
    }
  }

  return {
    read,
    async spoil() {
      const texts = await read();
      await Promise.all(
        texts.map((kept, at) => spoilOne(kept, texts[(at + 1) % texts.length]?.[1] ?? "", at)),
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
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}
