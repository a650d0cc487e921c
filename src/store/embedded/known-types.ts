/** Every type of event in the file: read once, then learnt. One that is gone may still be among them. */
export interface KnownTypes {
  of(read: () => Promise<readonly string[]>): Promise<readonly string[]>;
  /** Of events that are in the file now. */
  learn(types: Iterable<string>): void;
}

export function createKnownTypes(): KnownTypes {
  const types = new Set<string>();
  let reading: Promise<void> | undefined;
  const readOnce = async (read: () => Promise<readonly string[]>) => {
    for (const type of await read()) types.add(type);
  };
  return {
    async of(read) {
      reading ??= readOnce(read);
      try {
        await reading;
      } catch (error) {
        reading = undefined;
        throw error;
      }
      return [...types];
    },
    learn(more) {
      for (const type of more) types.add(type);
    },
  };
}
