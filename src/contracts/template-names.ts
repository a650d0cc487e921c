/** What templates of routes and destinations may name: the configuration checks it, a delivery's turn makes it. */
export const templateNames = [
  "event",
  "message",
  "contact",
  "owner",
  "account",
  "conversation",
  "about",
  "match",
  "flow",
  "business",
  "transcript",
  "links",
] as const;

export type TemplateName = (typeof templateNames)[number];
