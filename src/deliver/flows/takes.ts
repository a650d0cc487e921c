import {
  type Accounts,
  type FlowRules,
  flowsDestination,
  type Only,
  type Replies,
  type ReplyRequest,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { hashId } from "../../event/hash-id.ts";
import { mediaOf } from "../../event/media-of.ts";
import {
  isOwnType,
  replyRequestedType,
  setAskedBy,
  setRequestedType,
} from "../../event/own-types.ts";
import { compilePattern } from "../../event/pattern.ts";
import { type Circumstances, opens } from "./circumstances.ts";

/** Stands in the place of a route's name; no configured one has a dot in its name. */
export const askedRoute: string = replyRequestedType;

/** The way without a route: who is asked for a reply gets the event, and nobody else who could send it. */
interface AskedReplies {
  /** Who sends what this event asks for. undefined: it asks for nothing, or for somebody who is not there. */
  senderOf(event: WaypostEvent): string | undefined;
  /** Whether routes may lead this event there. */
  isFree(destination: string, event: WaypostEvent): boolean;
  /** The types that this destination gets without a route. */
  patternsFor(destination: string): readonly string[];
  /** Why a destination does not get an event, as far as this decides it. */
  whyNot(destination: string, event: WaypostEvent): string | undefined;
}

export function askedReplies(
  { senders }: Pick<Replies, "senders"> = { senders: [] },
): AskedReplies {
  const isSender = (destination: string) => senders.includes(destination);
  const senderOf = ({ type, data }: WaypostEvent) => {
    if (type !== replyRequestedType) return undefined;
    const { via } = (data.business ?? {}) as Partial<ReplyRequest>;
    return via !== undefined && isSender(via) ? via : undefined;
  };
  const isFree = (destination: string, { type }: WaypostEvent) =>
    type !== replyRequestedType || !isSender(destination);
  return {
    senderOf,
    isFree,
    patternsFor: (destination) => (isSender(destination) ? [replyRequestedType] : []),
    whyNot(destination, event) {
      if (isFree(destination, event)) return undefined;
      const sender = senderOf(event);
      if (sender === destination) {
        return "it sends such replies now: this one came before it did, or is on its way";
      }
      return sender === undefined
        ? "the reply is asked of a destination that is not there, or cannot write to contacts"
        : `the reply is asked of ${sender}, which alone sends it`;
    },
  };
}

/** Their answers may `set` something. */
function hasBots(rules: Pick<FlowRules, "replies"> | undefined): boolean {
  return (rules?.replies?.bots.length ?? 0) > 0;
}

/** Types of events that carry files of inbound messages and echoes: what `media` is bound to. */
export const mediaPatterns: readonly string[] = ["message", "echo"].flatMap((side) =>
  ["image", "video", "audio", "document", "sticker", "edit"].map(
    (type) => `whatsapp.${side}.${type}`,
  ),
);

/** Whether the files of an event are fetched: not those of tests, nor of accounts with `media: off`. */
export function takesMedia(accounts: Accounts): (event: WaypostEvent) => boolean {
  const why = whyNoMedia(accounts);
  return (event) => why(event) === undefined;
}

/** Why the files of an event are not fetched; undefined: they are. */
export function whyNoMedia(accounts: Accounts): (event: WaypostEvent) => string | undefined {
  const tests = mediaPatterns.map(compilePattern);
  const off = Object.values(accounts).filter(({ media }) => media === "off");
  const isOff = ({ account }: WaypostEvent["data"]) =>
    off.some(({ phoneNumberId, wabaId }) =>
      phoneNumberId === undefined
        ? wabaId === account.wabaId
        : phoneNumberId === account.phoneNumberId,
    );
  return (event) => {
    const { type, data } = event;
    if (!tests.some((test) => test(type)) || mediaOf(event).length === 0) {
      return "it has no file of a message to fetch";
    }
    if (data.test) return "files of test events are not fetched";
    return isOff(data) ? "files of its account are not fetched (`media: off`)" : undefined;
  };
}

/**
 * Something depends on a conversation's end: a route that names the event, or what lasts until then, as a handoff under which nobody
 * is replied to. A route that takes all types does not: who mirrors everything did not ask for more.
 */
export function needsClosings(routes: readonly Route[], rules: FlowRules): boolean {
  const lastsUntilClosed = ({ once, set }: Route) =>
    once?.for === "untilClosed" || set?.topic !== undefined;
  // A topic that a bot sets ends with the conversation.
  if (hasBots(rules)) return true;
  const holds = rules.conversations.hold.handoff === "untilClosed";
  // Nothing is replied under a handoff, whatever asked for it: one that never ended would be for ever.
  if (holds && (rules.replies?.senders.length ?? 0) > 0) return true;
  return routes.some(
    (route) =>
      names(route, "business.conversation.closed") ||
      lastsUntilClosed(route) ||
      (holds && asksForHumans(route.only)),
  );
}

/** A pattern of the route is about business events, and takes this type. */
function names({ when }: Route, type: string): boolean {
  const own = (when.type ?? []).filter((pattern) => pattern.startsWith("business."));
  return own.some((pattern) => compilePattern(pattern)(type));
}

function asksForHumans(only: Only | undefined): boolean {
  if (only === undefined) return false;
  const inner = [only.not, ...(only.all ?? [])];
  return only.held?.by.includes("human") || inner.some(asksForHumans);
}

const type = "business.conversation.opened";

/** A route names the event. */
export function needsOpenings(routes: readonly Route[]): boolean {
  return routes.some((route) => names(route, type));
}

/** `business.conversation.opened`, when the event is a message that opens its conversation. */
export async function opened(
  about: Circumstances,
  { rules, now }: { readonly rules: FlowRules; readonly now: () => number },
): Promise<WaypostEvent | undefined> {
  const { event } = about;
  const { conversationId, message } = event.data;
  if (conversationId === undefined || event.data.test) return undefined;
  if (!(await opens(about, rules))) return undefined;
  const data = { by: "message", messageId: message?.id };
  const at = new Date(now());
  const made = derivedEvent({ source: event, route: "opened", type, data, at });
  // A route may have the same name.
  return { ...made, id: hashId("evt_", ["opened", conversationId, event.id]) };
}

/** What `set` and what people say about consent change; conditions on these, and templates that show them, wait for the `flows` row of their event. */
const memoryKeys: readonly (keyof Only)[] = ["tag", "field", "topic", "owner", "consent"];

function readsMemory(only: Only | undefined): boolean {
  if (only === undefined) return false;
  const inner = [only.not, ...(only.all ?? [])];
  return memoryKeys.some((key) => only[key] !== undefined) || inner.some(readsMemory);
}

/** Something is to be asked at the turn of a delivery that this route asks for. */
export function isConditional({ only, once, maxAgeMs }: Route): boolean {
  return only !== undefined || once !== undefined || maxAgeMs !== undefined;
}

/** It asks nothing, and the destination has no options of its own for it, nor templates that wait for something. */
export function isPlain(route: Route, destination: string): boolean {
  const { options, templatesRead } = route;
  const own = options?.[destination] ?? templatesRead?.[destination];
  return own === undefined && !isConditional(route);
}

/** Its conditions, or templates of one of its destinations. */
function isReader({ only, templatesRead = {} }: Route): boolean {
  return (
    readsMemory(only) || Object.values(templatesRead).some((reads) => reads.includes("memory"))
  );
}

/** What the built-in destination does for the route. */
export function acts({ emit, set }: Route): boolean {
  return emit !== undefined || set !== undefined;
}

export function destinationsOf(route: Route): readonly string[] {
  return acts(route) ? [...route.to, flowsDestination] : route.to;
}

/** What `flows` takes beside the events of routes that act. */
export interface OwnTakes {
  /** Types of which something follows without a route, and those of events for which others wait. */
  readonly patterns: readonly string[];
  takes(type: string): boolean;
  /** Deliveries of this route read what `flows` writes: they wait for it. */
  waitedFor(route: string): boolean;
}

export function ownTakes(routes: readonly Route[], rules: FlowRules | undefined): OwnTakes {
  const consent = rules?.consent === undefined ? [] : consentTypes;
  const bots = hasBots(rules) ? askedTypes : [];
  const setsTopics = bots.length > 0 || routes.some(({ set }) => set?.topic !== undefined);
  const topics = setsTopics ? topicTypes : [];
  const openings = needsOpenings(routes) ? openingTypes : [];
  const changing = [...consent, ...topics, ...bots];
  const own = [...changing, ...openings];
  const tests = own.map(compilePattern);
  const setting = routes.some(({ set }) => set !== undefined);
  const writes = setting || consent.length > 0 || bots.length > 0;
  const readers = writes ? routes.filter(isReader) : [];
  const waiting = new Set(readers.map(({ name }) => name));
  return {
    patterns: [...own, ...readers.flatMap(({ when }) => when.type ?? ["#"])],
    takes: (type) => tests.some((test) => test(type)),
    waitedFor: (route) => waiting.has(route),
  };
}

/** What bots want set. */
const askedTypes = [replyRequestedType, setRequestedType];
/** Where people write to us, whichever app has the thread. */
export const writtenTypes: readonly string[] = ["whatsapp.message.*", "whatsapp.standby.*"];
/** Where people say stop, or that they want no offers. */
const consentTypes = [...writtenTypes, "whatsapp.user.preference"];
/** What may open a conversation. */
const openingTypes = ["whatsapp.message.*"];
/** What ends a topic. */
const topicTypes = ["business.conversation.closed"];

/** A test event is about nobody, and of replies that are asked for most ask for nothing else. */
export function isOwn(event: WaypostEvent, takes: OwnTakes): boolean {
  const { type, data } = event;
  const sets = !isOwnType(type) || setAskedBy(event) !== undefined;
  return sets && !data.test && takes.takes(type);
}
