/** When each of the app's secrets last fitted a POST, by its place in WHATSAPP_APP_SECRET: an old one that nobody uses can be taken out. */
export interface SecretUses {
  used(place: number): void;
  /** Milliseconds since 1970; undefined: not since the start. */
  last(place: number): number | undefined;
}

/** Kept in memory: a POST costs it nothing. */
export function createSecretUses(): SecretUses {
  const last: number[] = [];
  return {
    used(place) {
      last[place] = Date.now();
    },
    last: (place) => last[place],
  };
}
