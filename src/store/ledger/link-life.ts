const dayMs = 24 * 60 * 60 * 1_000;
/** A link outlives the last event of its conversation by six or seven days. */
const graceMs = 7 * dayMs;
/** A link that has at most this much less to live than it could is left alone: busy conversations would write all the time. */
const slackMs = dayMs;

/** When the links of a conversation go, some of whose events are kept until `eventsGo`. */
export function linksGo(eventsGo: number): { readonly at: number; readonly unlessAfter: number } {
  const at = eventsGo + graceMs;
  return { at, unlessAfter: at - slackMs };
}
