import type { EncodedEvent, QuarantineEntry } from "../../contracts.ts";
import { QUARANTINE_TYPE } from "../../event/event.ts";
import { compilePattern } from "../../event/pattern.ts";
import { absent, markRenormalized, publish, type Work } from "./work.ts";

/** Entries hold up to 4 MB of base64 each. */
const postsAtOnce = 5;

/**
 * Reads a page of quarantine again and publishes the events that the log does not have. The entries stay, bytes and
 * all, until they expire: they are the only whole record of their POST. Answers with the next page's cursor.
 */
export async function recoverPosts(work: Work, cursor: string | undefined): Promise<string | null> {
  const { from, to } = work.request;
  const page = await work.sources.query.quarantine(
    { from, to },
    { limit: postsAtOnce, ...(cursor !== undefined && { cursor }) },
  );
  for (const entry of page.items.toReversed()) {
    work.signal.throwIfAborted();
    await publish(work, await recover(work, entry));
  }
  return page.next;
}

async function recover(work: Work, entry: QuarantineEntry): Promise<EncodedEvent[]> {
  const { sources, request, tally } = work;
  tally.count("quarantined");
  const post = await sources.read(entry);
  const events = post.events.filter(({ type }) => type !== QUARANTINE_TYPE);
  if (events.length === post.events.length) tally.count("understood");

  const matches = request.types?.map(compilePattern);
  const wanted = events.filter(({ type }) => matches?.some((match) => match(type)) ?? true);
  const added = await absent(work, wanted);
  tally.count("recovered", added.length);
  for (const { id, type } of added.slice(0, 3)) tally.example({ kind: "recovered", id, type });
  return markRenormalized(added);
}
