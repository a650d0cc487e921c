import {
  type FlowRules,
  flowsDestination,
  type Only,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { hashId } from "../../event/hash-id.ts";
import { replyRequestedType, setRequestedType } from "../../event/own-types.ts";
import { compilePattern } from "../../event/pattern.ts";
import { hasBots } from "../routes/without-route.ts";
import type { Circumstances } from "./circumstances.ts";
import { opens } from "./conversation-state.ts";

/**
 * Something depends on a conversation's end: a route that names the event, or what lasts until then. A route that takes all
 * types does not: who mirrors everything did not ask for more.
 */
export function needsClosings(routes: readonly Route[], rules: FlowRules): boolean {
  const lastsUntilClosed = ({ once, set }: Route) =>
    once?.for === "untilClosed" || set?.topic !== undefined;
  // A topic that a bot sets ends with the conversation.
  if (hasBots(rules)) return true;
  const holds = rules.conversations.hold.handoff === "untilClosed";
  return routes.some(
    (route) =>
      names(route, "business.conversation.closed") ||
      lastsUntilClosed(route) ||
      (holds && asksForHumans(route.only)),
  );
}

/** A pattern of the route is about business events, and takes this type. */
export function names({ when }: Route, type: string): boolean {
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
/** Where people say stop, or that they want no offers. */
const consentTypes = ["whatsapp.message.*", "whatsapp.user.preference"];
/** What may open a conversation. */
const openingTypes = ["whatsapp.message.*"];
/** What ends a topic. */
const topicTypes = ["business.conversation.closed"];

/** A test event is about nobody. */
export function isOwn({ type, data }: WaypostEvent, takes: OwnTakes): boolean {
  return !data.test && takes.takes(type);
}
