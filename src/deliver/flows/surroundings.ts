import type {
  Accounts,
  EventQuery,
  FlowRules,
  ReplyMarks,
  SentMessages,
  Standing,
  WaypostEvent,
} from "../../contracts.ts";
import { consentChange } from "../../event/consent.ts";
import { arrivedMessageId } from "../../event/file-arrived.ts";
import { noSurroundings, type Surroundings } from "../attempt/surroundings.ts";
import { type Circumstances, holderOf } from "./circumstances.ts";
import type { Decider } from "./decide.ts";
import { type ScopeParts, scopeOf } from "./scope.ts";

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
  query: Pick<EventQuery, "events" | "message">,
): Promise<About | undefined> {
  const told = messageIdOf(event);
  const id = told ?? (await lastSentBefore(event, query));
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

async function lastSentBefore(
  { id, data }: WaypostEvent,
  query: Pick<EventQuery, "events">,
): Promise<string | undefined> {
  const { conversationId, receivedAt } = data;
  if (conversationId === undefined) return undefined;
  const to = new Date(Date.parse(receivedAt) + 1).toISOString();
  const filter = { conversation: conversationId, types: sentTypes, to };
  const { items } = await query.events(filter, { limit: 2 });
  return items.find((sent) => sent.id !== id)?.data.message?.id;
}

/** `campaign:<name>:<variant>`, as it was given to Meta with the message. */
function markOf({ data }: WaypostEvent): { campaign: string; variant?: string } | undefined {
  const [word, campaign, variant] = (data.status?.bizOpaqueCallbackData ?? "").split(":");
  if (word !== "campaign" || campaign === undefined || campaign === "") return undefined;
  return { campaign, ...(variant !== undefined && variant !== "" && { variant }) };
}

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

interface StandingParts {
  readonly query: Pick<EventQuery, "event">;
  readonly rules: FlowRules;
  readonly accounts: Accounts;
}

/** What a reply depends on, now. `answers`: the id of the event that is answered. */
export async function standingOf(
  about: Circumstances,
  answers: string,
  parts: StandingParts,
): Promise<Standing> {
  const { event } = about;
  const answered = answers === event.id ? event : await parts.query.event(answers);
  const heldBy = await holderOf(about, [event.id, answers], parts.rules);
  return {
    answered,
    origin: answered && (await originOf(answered, parts.query)),
    windowUntil: await about.windowUntil(),
    heldBy,
    stopped: await hasStopped(about, parts),
  };
}

/** undefined: the log does not have all that lies between. */
async function originOf(
  event: WaypostEvent,
  query: StandingParts["query"],
): Promise<WaypostEvent | undefined> {
  let at: WaypostEvent | undefined = event;
  for (let step = 0; step < mostSteps && at?.data.derived !== undefined; step += 1) {
    at = await query.event(at.data.derived.from);
  }
  return at;
}

/**
 * By what they said last, by their own clock: as it is kept, of all our numbers, or in this conversation, where `flows` may not have come to
 * it yet.
 */
async function hasStopped(
  { event, now, contact, newest }: Circumstances,
  { rules, accounts }: StandingParts,
): Promise<boolean> {
  const { stopped = false, at: keptAt = "" } = (await contact())?.consent ?? {};
  if (rules.consent === undefined) return stopped;
  const words = await newest(["whatsapp.message.*"], { to: now, limit: 10 });
  const said = [event, ...words]
    .toSorted((a, b) => (a.data.receivedAt < b.data.receivedAt ? 1 : -1))
    .map((each) => consentChange(each, rules.consent, accounts))
    .filter((change) => change?.stopped !== undefined)
    // Of one moment, what was received last.
    .toSorted((a, b) => ((a?.at ?? "") < (b?.at ?? "") ? 1 : -Number(a?.at !== b?.at)));
  const [last] = said;
  if (last === undefined || keptAt >= last.at) return stopped;
  return last.stopped === true;
}

interface Parts extends ScopeParts {
  readonly query: Pick<EventQuery, "event" | "events" | "message"> & SentMessages;
  readonly circumstances: Decider["circumstances"];
  /** Absent: no files are fetched. */
  readonly files?: Surroundings["files"];
}

/** What the log and the contacts say about an event, for the destinations that ask. */
export function createSurroundings(parts: Parts): Surroundings {
  const { query, circumstances, files = noSurroundings.files } = parts;
  return {
    scope: (event, route, names, transcript) =>
      scopeOf(names, route, circumstances(event, route), {
        ...parts,
        ...(transcript !== undefined && { transcript }),
      }),
    async concerned(event) {
      const id = arrivedMessageId(event) ?? concernedId(event);
      if (id === undefined) return undefined;
      const told = (await query.message(id))?.events;
      return told?.find(({ type, data }) => data.message !== undefined && sayingTypes.test(type));
    },
    files,
    standing: (event, answers = event.id) => standingOf(circumstances(event, ""), answers, parts),
    marks: (event, answers = event.id) => marksOf(event, answers, query),
    sentWith: (callback) => query.sentWith(callback),
    has: async (eventId) => (await query.event(eventId)) !== undefined,
  };
}

/** Of a wamid's events, those that say what the message is; of `standby` there are statuses too. */
const sayingTypes = /^whatsapp\.(message|outgoing|echo|history|standby)\./;

function concernedId({ data }: WaypostEvent): string | undefined {
  const { message, status } = data;
  const { reaction, edit, revoke, context } = message ?? {};
  const changed = edit?.originalMessageId ?? revoke?.originalMessageId;
  return status?.messageId ?? reaction?.messageId ?? changed ?? context?.id;
}
