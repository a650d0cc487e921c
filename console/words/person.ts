import { phone } from "./number.ts";

interface Person {
  readonly name?: string | undefined;
  readonly username?: string | undefined;
  readonly waId?: string | undefined;
  readonly userId?: string | undefined;
}

/** The name, else the username, else the number, else the id: the first of which anything is seen. "": there is none. */
export function nameOf({ name, username, waId, userId }: Person): string {
  // What stands in for it while it is masked is not written as they write it.
  const handle = username?.startsWith("per_") ? username : username && `@${username}`;
  return [name, handle, waId && phone(waId), userId].find(isSeen) ?? "";
}

/** Some names are spaces and joiners alone. */
function isSeen(text: string | undefined): text is string {
  return text !== undefined && /[^\s\p{C}\p{M}\u115F\u1160\u2800\u3164\uFFA0]/u.test(text);
}
