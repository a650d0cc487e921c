/**
 * What all that speaks to one account of a vendor has in common: an access token, what is left of a limit. To the vendor a destination
 * with the options of a route (a variant) is the same client as without them.
 */
export interface Shared {
  /** What was made of this first for this account. `account`: all that tells it from others, its secret too. */
  of<T>(what: string, account: readonly unknown[], make: () => T): T;
}

export function createShared(): Shared {
  const made = new Map<string, unknown>();
  return {
    of<T>(what: string, account: readonly unknown[], make: () => T) {
      const key = JSON.stringify([what, ...account]);
      if (!made.has(key)) made.set(key, make());
      return made.get(key) as T;
    },
  };
}
