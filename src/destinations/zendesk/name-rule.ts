import { contactKey } from "../../event/contact-keys.ts";
import type { NamePolicy } from "./options.ts";

/** The name to write over `current`; undefined: it stays. `wrote`: the last that Waypost wrote. */
export function nameToWrite(
  policy: NamePolicy,
  names: {
    readonly profile: string | undefined;
    readonly current: string;
    readonly wrote: string | undefined;
    readonly phones: readonly string[];
  },
): string | undefined {
  const { profile, current, wrote, phones } = names;
  if (profile === undefined || profile === current || policy === "never") return undefined;
  if (policy === "always") return profile;
  const isOurs = current.trim() === "" || current === wrote;
  return isOurs || isPhone(current, phones) ? profile : undefined;
}

/** Zendesk itself names somebody by the number: `+1 555 555 0123`, `Caller: +15555550123`. */
function isPhone(name: string, phones: readonly string[]): boolean {
  const number = name.replace(/^caller:?\s*/i, "");
  return /^[+\d][\d\s().-]*$/.test(number) && phones.includes(contactKey(number));
}
