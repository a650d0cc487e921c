import type { WaypostEvent } from "../../contracts.ts";
import { filesOf } from "./files-of.ts";

/** A message and its edits tell of the same file. */
export function mediaLaneKeys(event: WaypostEvent): string[] {
  const ids = filesOf(event).map(({ id }) => `media:${id}`);
  return ids.length > 0 ? ids : [event.id];
}
