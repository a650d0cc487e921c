import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";

/** The event_type of every post's metadata. */
export const metadataType = "waypost";

/** The conversation's thread, as its link remembers it. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
  /** Time of the last event that was posted. */
  readonly at: string;
}

/** undefined when there is none, or when it is in a channel that the destination no longer has. */
export function threadOf(link: DeliveryContext["link"], configured: string): Thread | undefined {
  const { channel, ts, at = "", to } = link ?? {};
  if (channel === undefined || ts === undefined) return undefined;
  return to === undefined || to === configured ? { channel, ts, at } : undefined;
}

/** A message of the contact after a silence: shown in the channel too. */
export function breaksSilence(
  event: WaypostEvent,
  { at }: Pick<Thread, "at">,
  silenceMs: number,
): boolean {
  const since = Date.parse(event.time) - Date.parse(at);
  return event.data.message?.direction === "in" && since >= silenceMs;
}
