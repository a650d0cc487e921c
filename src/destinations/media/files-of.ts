import type { WaypostEvent } from "../../contracts.ts";
import { type MessageMedia, mediaOf } from "../../event/media-of.ts";

/** Each once. */
export function filesOf(event: WaypostEvent): MessageMedia[] {
  return [...new Map(mediaOf(event).map((media) => [media.id, media])).values()];
}
