import type { WaypostEvent } from "../contracts.ts";

/** The later of two times of events. What comes late, as from a phone without a network, makes nothing older that it belongs to. */
export function laterTime(time: string, remembered: string | undefined): string {
  return remembered !== undefined && Date.parse(remembered) > Date.parse(time) ? remembered : time;
}

/** A vendor's clock and ours may differ by less. */
const skewMs = 300_000;

/** What was written for the event bears no earlier time, in milliseconds since 1970. */
export function earliestOf({ data }: WaypostEvent): number {
  return Date.parse(data.receivedAt) - skewMs;
}
