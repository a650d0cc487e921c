import type { Renormalize } from "../../contracts.ts";
import { InvalidCursorError } from "../../contracts.ts";
import { readEventsAgain } from "./read-events-again.ts";
import { recoverPosts } from "./recover-posts.ts";
import { createTally } from "./tally.ts";
import type { RenormalizerSources, Work } from "./work.ts";

/** A slice ends with the first page that ends later than this. */
const sliceMs = 4_000;

/**
 * Runs the parser over a slice of the log, then of quarantine, and publishes what is new or differs. Times of receipt
 * and POSTs stay as they were. Repeatable: what was published before is found unchanged, or its ids absorb it.
 */
export function createRenormalizer(sources: RenormalizerSources): Renormalize {
  return async (request, signal) => {
    const tally = createTally(sources.parser.dataversion, request.dryRun);
    const work = { sources, request, signal, tally };
    const end = performance.now() + sliceMs;
    let position: string | null = request.cursor ?? "events";
    do {
      position = await readPage(work, position);
    } while (position !== null && performance.now() < end);
    return tally.result(position);
  };
}

/** Takes the page at a position, `events:<cursor>` or `quarantine:<cursor>`; answers with the next one. */
async function readPage(work: Work, position: string): Promise<string | null> {
  work.signal.throwIfAborted();
  const parts = /^(events|quarantine)(?::(.{1,512}))?$/.exec(position);
  if (parts === null) throw new InvalidCursorError("not a cursor of a renormalization");
  const [, phase, cursor] = parts;
  if (phase === "quarantine") {
    const next = await recoverPosts(work, cursor);
    return next === null ? null : `quarantine:${next}`;
  }
  const next = await readEventsAgain(work, cursor);
  return next === null ? "quarantine" : `events:${next}`;
}
