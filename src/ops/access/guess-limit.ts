const windowMs = 60_000;
const maxAddresses = 10_000;

/** How many wrong secrets an address may give within a minute. Nobody guesses 256 bits; it bounds what guessing costs the store, and the noise. Each process counts for itself. */
export function createGuessLimit(max: number) {
  const counted = new Map<string, { count: number; readonly until: number }>();
  const of = (address: string) => {
    const found = counted.get(address);
    return found !== undefined && found.until > Date.now() ? found : undefined;
  };
  return {
    isOver: (address: string) => (of(address)?.count ?? 0) >= max,
    failed(address: string): void {
      const found = of(address);
      if (found !== undefined) {
        found.count += 1;
        return;
      }
      // The oldest goes: it is the first to be over.
      const [oldest] = counted.keys();
      if (counted.size >= maxAddresses && oldest !== undefined) counted.delete(oldest);
      counted.delete(address);
      counted.set(address, { count: 1, until: Date.now() + windowMs });
    },
  };
}
