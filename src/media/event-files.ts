import { type Delivery, DeliveryError, type EventFile, type WaypostEvent } from "../contracts.ts";
import { arrivedFile } from "../event/file-arrived.ts";
import { mediaOf } from "../event/media-of.ts";
import type { Library } from "./library.ts";

/** Until then the delivery that fetches an event's files may not be there yet. */
const mostBehindMs = 5 * 60_000;

/** The files of an event, as destinations get them. "waits": one of them is being fetched. */
export function createEventFiles(parts: {
  readonly library: Pick<Library, "look">;
  /** Whether files of this event are fetched at all. */
  readonly takes: (event: WaypostEvent) => boolean;
  /** The delivery of this event to the built-in destination that fetches. */
  readonly fetching: (eventId: string) => Promise<Pick<Delivery, "state" | "reason"> | undefined>;
  readonly now?: () => number;
}): (event: WaypostEvent) => Promise<readonly EventFile[] | "waits"> {
  const { library, takes, fetching, now = Date.now } = parts;
  return async (event) => {
    const asked = askedOf(event);
    if (asked.length === 0) return [];
    const fileOf = await look(library, asked);
    // Where the files are kept nobody answers: as with a file that is late.
    if (fileOf === undefined) return "waits";
    const files = asked.map((file) => ({ ...file, found: fileOf(file.mediaId) }));
    let absent = "files of such messages are not fetched";
    if (files.some(({ found }) => found === "pending") && takes(event)) {
      const turn = await fetching(event.id);
      if (mayCome(turn, event, now())) return "waits";
      absent = whyAbsent(turn);
    }
    return files.map(({ mediaId, name, found }) =>
      found === "pending" ? { mediaId, name, absent } : { ...found, name },
    );
  };
}

async function look(
  library: Pick<Library, "look">,
  asked: readonly { readonly mediaId: string }[],
): Promise<Awaited<ReturnType<Library["look"]>> | undefined> {
  try {
    return await library.look(asked.map(({ mediaId }) => mediaId));
  } catch (error) {
    if (error instanceof DeliveryError) return undefined;
    throw error;
  }
}

function askedOf(event: WaypostEvent): { readonly mediaId: string; readonly name: string }[] {
  const arrived = arrivedFile(event);
  if (arrived !== undefined) return [{ mediaId: arrived.mediaId, name: arrived.name }];
  return mediaOf(event).map(({ id, name }) => ({ mediaId: id, name }));
}

function mayCome(
  turn: Pick<Delivery, "state"> | undefined,
  { data }: WaypostEvent,
  now: number,
): boolean {
  if (turn === undefined) return now - Date.parse(data.receivedAt) < mostBehindMs;
  return turn.state === "open" || turn.state === "sending";
}

function whyAbsent(turn: Pick<Delivery, "state" | "reason"> | undefined): string {
  if (turn === undefined) return "the file was not fetched while Meta had it";
  if (turn.state === "delivered") return "the file is not kept any more";
  return `the file could not be fetched: ${turn.reason ?? "it was given up"}`;
}
