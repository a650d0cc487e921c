import { signal } from "@preact/signals";

/** The `Date` of an answer has whole seconds. */
const precisionMs = 1_000;

/** What is added to this browser's clock to have the server's, which all times come from. */
export const skew = signal(0);

/** Where this browser's clock is wrong, "3 min ago" and "last 24 hours" are right all the same. */
export function serverNow(): number {
  return Date.now() + skew.value;
}

/** An answer was made between its question and now: whatever clock says otherwise is set right, by as little as is needed. */
export function learnTime({ headers }: Response, askedAt: number): void {
  const told = Date.parse(headers.get("Date") ?? "");
  const [least, most] = [told - Date.now(), told + precisionMs - askedAt];
  // Not where nothing is told, nor where the clock was put back meanwhile.
  if (least <= most) skew.value = Math.min(most, Math.max(least, skew.value));
}
