interface Waiting<K, A> {
  readonly key: K;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/** So that one large answer keeps nobody long. */
const mostKeys = 100;

/**
 * One question at a time: what is asked in the same tick, or while the last one is being answered, goes together. Every
 * answer was looked for after it was asked for. One that fails fails for all who share it.
 */
export function gathered<K, A>(
  ask: (keys: readonly K[]) => Promise<(key: K) => A>,
): (key: K) => Promise<A> {
  let waiting: Waiting<K, A>[] = [];
  let asking = false;
  const answer = async (some: readonly Waiting<K, A>[]) => {
    try {
      const answerOf = await ask([...new Set(some.map(({ key }) => key))]);
      for (const { key, resolve } of some) resolve(answerOf(key));
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  };
  const run = async () => {
    while (waiting.length > 0) {
      const some = waiting.slice(0, mostKeys);
      waiting = waiting.slice(mostKeys);
      await answer(some);
    }
    asking = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (asking) return;
      asking = true;
      queueMicrotask(() => void run());
    });
}
