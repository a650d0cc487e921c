import type { DestinationFacts, DestinationNote } from "../contracts.ts";

/** What an on-call engineer asks about a destination, gathered here and written down with the next renewal. */
export interface Facts {
  note(facts: DestinationNote): void;
  now(): DestinationFacts;
  /** What is new since the last call; undefined: nothing. */
  take(): DestinationNote | undefined;
  /** Not written after all. */
  giveBack(facts: DestinationNote): void;
}

export function createFacts(initial: DestinationFacts): Facts {
  const { breaker, breakerSince, lastSuccessAt, lastError, lastErrorAt, repeats } = initial;
  let all: DestinationNote = {
    breaker,
    breakerSince,
    lastSuccessAt,
    lastError,
    lastErrorAt,
    repeats,
  };
  let fresh: DestinationNote | undefined;
  return {
    note(facts) {
      all = { ...all, ...facts };
      fresh = { ...fresh, ...facts };
    },
    now() {
      const known = Object.entries(all).filter(([, value]) => value !== undefined);
      return Object.fromEntries(known) as DestinationFacts;
    },
    take() {
      const taken = fresh;
      fresh = undefined;
      return taken;
    },
    giveBack(facts) {
      fresh = { ...facts, ...fresh };
    },
  };
}
