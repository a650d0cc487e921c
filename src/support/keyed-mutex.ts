/** Runs one at a time what shares a key, in the order of the calls; everything else side by side. */
export interface KeyedMutex {
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(keys, work) {
      const result = Promise.all(keys.map((key) => last.get(key))).then(work);
      const ended: Promise<unknown> = result
        .catch(() => undefined)
        .then(() => {
          for (const key of keys) if (last.get(key) === ended) last.delete(key);
        });
      for (const key of keys) last.set(key, ended);
      return result;
    },
  };
}
