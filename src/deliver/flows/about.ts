import type { EventQuery, ReplyMarks, WaypostEvent } from "../../contracts.ts";
import { mostDepth } from "../../event/derived-event.ts";
import { type ConversationLog, conversationLog } from "./conversation-log.ts";

/** Our message that an event concerns. */
export interface About {
  /** Its wamid. */
  readonly id: string;
  /** When it was sent, as far as the log knows. */
  readonly at: string;
  readonly template?: string;
  readonly campaign?: string;
  readonly variant?: string;
  readonly ref?: WaypostEvent["data"]["ref"];
  /** Its highest status so far. */
  readonly status?: string;
}

/** What our side sends: by itself, or from its phone. */
export const sentTypes = ["whatsapp.outgoing.*", "whatsapp.echo.*"] as const;

/**
 * A status's own, the quoted or tapped one, the event itself where it is ours; else the last one before it on its
 * conversation.
 */
export async function findAbout(
  event: WaypostEvent,
  query: Pick<EventQuery, "message">,
  log: Pick<ConversationLog, "lastBefore">,
): Promise<About | undefined> {
  const told = messageIdOf(event);
  const id = told ?? (await log.lastBefore(sentTypes, 0))?.data.message?.id;
  if (id === undefined) return undefined;
  const message = await query.message(id);
  // What the customer wrote may be quoted as well, and is not ours.
  if (message === undefined || message.direction !== "out") return undefined;
  const sent = message.events.find(({ type }) => /^whatsapp\.(outgoing|echo)\./.test(type));
  const at = sent?.data.receivedAt ?? message.events[0]?.time ?? event.data.receivedAt;
  const marks = message.events.map(markOf).find((mark) => mark !== undefined);
  const { template = sent?.data.message?.template?.name } = message;
  const { campaign, variant, ref, status } = message;
  return { ...marks, ...known({ template, campaign, variant, ref, status }), id, at };
}

type Known = Omit<About, "id" | "at">;

function known(told: { [K in keyof Known]: Known[K] | undefined }): Known {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

/** The message that the event names. */
function messageIdOf({ type, data }: WaypostEvent): string | undefined {
  const { message, status } = data;
  if (status?.messageId !== undefined) return status.messageId;
  if (/^whatsapp\.(outgoing|echo)\./.test(type)) return message?.id;
  return message?.reaction?.messageId ?? message?.context?.id;
}

/** `campaign:<name>:<variant>`, as it was given to Meta with the message. */
function markOf({ data }: WaypostEvent): { campaign: string; variant?: string } | undefined {
  const [word, campaign, variant] = (data.status?.bizOpaqueCallbackData ?? "").split(":");
  if (word !== "campaign" || campaign === undefined || campaign === "") return undefined;
  return { campaign, ...(variant !== undefined && variant !== "" && { variant }) };
}

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
  for (let step = 0; step <= mostDepth && at !== undefined; step += 1) {
    const own = ownMarks(at);
    if (own !== undefined) return own;
    first = at;
    const from = at.data.derived?.from;
    at = from === undefined ? undefined : await query.event(from);
  }
  const ref = first && (await findAbout(first, query, conversationLog(first, query)))?.ref;
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
