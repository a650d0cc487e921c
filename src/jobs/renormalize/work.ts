import type { RenormalizationRequest } from "../../contracts.ts";
import {
  type EncodedEvent,
  type EventQuery,
  NotDurableError,
  type QuarantineEntry,
  type WaypostEvent,
} from "../../contracts.ts";
import { encodeEvent } from "../../event/encode.ts";
import { asRenormalized } from "./compare-event.ts";
import type { Tally } from "./tally.ts";

export interface RenormalizerSources {
  readonly query: Pick<EventQuery, "events" | "event" | "quarantine">;
  readonly publish: (events: readonly EncodedEvent[], signal: AbortSignal) => Promise<void>;
  /** Reads a POST of quarantine again, a large one off the main thread. */
  readonly read: (
    post: QuarantineEntry,
  ) =>
    | { readonly events: readonly EncodedEvent[] }
    | Promise<{ readonly events: readonly EncodedEvent[] }>;
  readonly parser: {
    normalize(
      envelope: unknown,
      post: { readonly receivedAt: string; readonly postId: string },
    ): { readonly events: readonly WaypostEvent[] };
    readonly dataversion: number;
  };
}

/** What a slice works with. */
export interface Work {
  readonly sources: RenormalizerSources;
  readonly request: RenormalizationRequest;
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

const askedAtOnce = 50;
const publishedAtOnce = 200;
const publishMs = 10_000;

/** As our own parser encoded them, with the mark that only reading again has brought them. */
export function markRenormalized(events: readonly EncodedEvent[]): EncodedEvent[] {
  return events.map(({ bytes }) =>
    encodeEvent(asRenormalized(JSON.parse(Buffer.from(bytes).toString("utf8")) as WaypostEvent)),
  );
}

/** Those that the log does not have. */
export async function absent<T extends { readonly id: string }>(
  { sources, signal }: Work,
  items: readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < items.length; at += askedAtOnce) {
    signal.throwIfAborted();
    const part = items.slice(at, at + askedAtOnce);
    const known = await Promise.all(part.map(({ id }) => sources.query.event(id)));
    found.push(...part.filter((_, i) => known[i] === undefined));
  }
  return found;
}

/** Does nothing in a dry run. Throws NotDurableError when the bus takes nothing. */
export async function publish(work: Work, events: readonly EncodedEvent[]): Promise<void> {
  const { sources, request, signal, tally } = work;
  if (request.dryRun) return;
  for (let at = 0; at < events.length; at += publishedAtOnce) {
    const part = events.slice(at, at + publishedAtOnce);
    try {
      await sources.publish(part, AbortSignal.any([signal, AbortSignal.timeout(publishMs)]));
    } catch {
      throw new NotDurableError("the bus does not take events now");
    }
    tally.count("published", part.length);
  }
}
