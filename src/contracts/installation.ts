/** What all processes of an installation share, and nobody sets. */
export interface Installation {
  /** 32 random bytes, made once: the key of the pseudonyms. Throws StoreError (`outage`). */
  pseudonymKey(): Promise<Uint8Array>;
}
