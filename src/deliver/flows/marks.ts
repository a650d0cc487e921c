import type { EventQuery, ReplyMarks, WaypostEvent } from "../../contracts.ts";
import { findAbout } from "./about.ts";

/** Routes derive no deeper. */
const mostSteps = 10;

/**
 * What a reply bears of the event that it answers. A campaign is borne on only by what follows from its own messages: an answer to a
 * customer who answered is none of them, and is counted as none.
 */
export async function marksOf(
  event: WaypostEvent,
  answers: string,
  query: Pick<EventQuery, "event" | "events" | "message">,
): Promise<ReplyMarks> {
  let first: WaypostEvent | undefined;
  let at = answers === event.id ? event : await query.event(answers);
  for (let step = 0; step < mostSteps && at !== undefined; step += 1) {
    const own = ownMarks(at);
    if (own !== undefined) return own;
    first = at;
    const from = at.data.derived?.from;
    at = from === undefined ? undefined : await query.event(from);
  }
  const ref = first && (await findAbout(first, query))?.ref;
  return ref === undefined ? {} : { ref };
}

function ownMarks({ data: { ref, campaign, variant } }: WaypostEvent): ReplyMarks | undefined {
  const known = {
    ...(ref !== undefined && { ref }),
    ...(campaign !== undefined && { campaign }),
    ...(variant !== undefined && { variant }),
  };
  return Object.keys(known).length === 0 ? undefined : known;
}
