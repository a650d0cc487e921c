import { setImmediate as nextTurn } from "node:timers/promises";
import type { WaypostEvent } from "../../contracts.ts";
import { encodeEvent } from "../../event/encode.ts";
import { asRenormalized, type Comparison, compareEvent } from "./compare-event.ts";
import { absent, publish, type Work } from "./work.ts";

const eventsAtOnce = 200;

/** Takes a page of the log, and publishes what is made of it now. Answers with the next page's cursor. */
export async function readEventsAgain(
  work: Work,
  cursor: string | undefined,
): Promise<string | null> {
  const { sources, request } = work;
  const { from, to, types } = request;
  const page = await sources.query.events(
    { from, to, ...(types && { types }) },
    { limit: eventsAtOnce, ...(cursor !== undefined && { cursor }) },
  );
  const found: WaypostEvent[] = [];
  // Pages are newest first; what is published of one is oldest first.
  for (const stored of page.items.toReversed()) {
    found.push(...(await readAgain(work, stored)));
    // A raw may be large, and webhooks are answered by the same process.
    await nextTurn();
  }
  await publish(work, found.map(encodeEvent));
  return page.next;
}

/** Answers with what is to be published. */
async function readAgain(work: Work, stored: WaypostEvent): Promise<readonly WaypostEvent[]> {
  const { tally, sources } = work;
  const { data, postid: postId } = stored;
  const { normalize, dataversion } = sources.parser;
  tally.count("events");
  if (data.raw === undefined) {
    tally.count("skipped");
    return [];
  }
  const { events } = normalize(data.raw, { receivedAt: data.receivedAt, postId });
  const comparison = compareEvent(stored, events, dataversion);
  const added = await absent(work, comparison.others);
  return judge(work, stored, comparison, added);
}

function judge(
  { tally, sources }: Work,
  stored: WaypostEvent,
  { lost, changes, superseded, replacement }: Comparison,
  added: readonly WaypostEvent[],
): readonly WaypostEvent[] {
  const { id, type } = stored;
  if (lost) {
    tally.count("lost");
    tally.example({ kind: "lost", id, type });
    return [];
  }
  const differs = changes.length > 0;
  if (!differs && added.length === 0) {
    tally.count("unchanged");
    return [];
  }
  tally.paths(changes);
  if ((stored.dataversion ?? 1) >= sources.parser.dataversion) {
    tally.count("refused");
    tally.example({ kind: "refused", id, type, changes });
    return [];
  }
  const kind = superseded ? "superseded" : "changed";
  if (differs) tally.count(kind);
  if (differs) tally.example({ kind, id, type, changes });
  tally.count("split", added.length);
  for (const event of added) tally.example({ kind: "split", id: event.id, type: event.type });
  const made = added.map(asRenormalized);
  return differs ? [...made, replacement] : made;
}
