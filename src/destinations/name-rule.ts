import { cleanLine } from "./clean-text.ts";

export type NamePolicy = "ifEmpty" | "always" | "never";

export interface Naming {
  /** As the vendor shows it. */
  readonly shown: string | undefined;
  /** Of the person's WhatsApp profile. */
  readonly profile: string | undefined;
  /** What Waypost wrote last. */
  readonly written: string | undefined;
  /** As digits. */
  readonly phones: readonly string[];
}

/**
 * The name to write; undefined: the contact keeps what it has. A name that people have given is theirs: only one that is empty, is the
 * phone, or still is what was written last is replaced, unless told `always`.
 */
export function nameToWrite(policy: NamePolicy, naming: Naming): string | undefined {
  const { profile, written, phones } = naming;
  const shown = naming.shown?.trim() ?? "";
  const name = profile === undefined ? "" : cleanLine(profile, 200);
  if (policy === "never" || name === "" || name === shown) return undefined;
  const ours = shown === "" || shown === written || isPhone(shown, phones);
  return policy === "always" || ours ? name : undefined;
}

function isPhone(shown: string, phones: readonly string[]): boolean {
  if (!/^[+()\d\s./-]+$/.test(shown)) return false;
  return phones.includes(shown.replace(/\D/g, "").replace(/^00/, ""));
}
