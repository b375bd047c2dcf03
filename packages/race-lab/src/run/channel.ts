/** Hands what is put into it to one reader, in its order. */
export interface Channel<T> {
  readonly put: (item: T) => void;
  readonly end: () => void;
  readonly items: AsyncIterable<T>;
}

export function createChannel<T>(): Channel<T> {
  const waiting: T[] = [];
  let ended = false;
  let wake = (): void => {};
  return {
    put(item) {
      waiting.push(item);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    items: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          yield* waiting.splice(0);
          if (waiting.length > 0) continue;
          if (ended) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    },
  };
}
