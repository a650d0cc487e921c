/** What all processes of an installation share, and nobody sets. */
export interface Installation {
  /** 32 random bytes, made once: the key of the pseudonyms. Throws StoreError (`outage`). */
  pseudonymKey(): Promise<Uint8Array>;
  /** That a secret, known by what is made of it with that key, was used. Never goes back. */
  useSecret(id: string, at: string): Promise<void>;
  /** When it was used last. */
  secretUsed(id: string): Promise<string | undefined>;
}
