import {
  type Contact,
  type ContactChange,
  DeliveryError,
  type DeliveryTested,
  flowsDestination,
  type GuardAnswer,
  type RoutesTested,
  type RouteTested,
  type WaypostEvent,
} from "../../contracts.ts";
import { contactKeys } from "../../event/contact-keys.ts";
import { personKeyOf } from "../../event/person.ts";
import { noInWords } from "../routes/conditions.ts";
import type { Routes } from "../routes/routes.ts";
import type { FlowMemory } from "./circumstances.ts";
import type { Decider, Decision } from "./decide.ts";
import type { Flows } from "./flows.ts";

/** What would have been written. */
export type DryChange = ContactChange | { readonly topic: string | undefined };

/**
 * The same memory for one event, which is taken as stored: reads are real, and what would be written goes to `onChange` instead. So
 * what decides and acts can be asked what it would do.
 */
export function dryMemory(
  memory: FlowMemory,
  event: WaypostEvent,
  onChange: (change: DryChange) => void,
): FlowMemory {
  const { query, contacts, ledger } = memory;
  return {
    query: {
      event: async (id) => (id === event.id ? event : query.event(id)),
      sentWith: query.sentWith.bind(query),
      events: query.events.bind(query),
      message: query.message.bind(query),
      conversation: query.conversation.bind(query),
    },
    contacts: {
      of: async () => {
        if (personKeyOf(event) === undefined) return undefined;
        for (const key of contactKeys(event)) {
          const found = await contacts.find(key);
          if (found !== undefined) return found;
        }
        return newContact(event);
      },
      find: contacts.find.bind(contacts),
      topic: contacts.topic.bind(contacts),
      change: async (_id, { fence: _, ...change }) => {
        onChange(change);
        return undefined;
      },
      setTopic: async (_conversationId, topic) => onChange({ topic }),
    },
    ledger: {
      aliases: ledger.aliases.bind(ledger),
      claims: ledger.claims.bind(ledger),
      delivery: ledger.delivery.bind(ledger),
      claim: async () => true,
    },
  };
}

/** As the event would make it. */
function newContact({ id, type, data }: WaypostEvent): Contact {
  const { userId, waId, name, username } = data.contact ?? {};
  const inbound = type.startsWith("whatsapp.message.");
  return {
    id: "ctc_new",
    userIds: userId === undefined ? [] : [userId],
    phones: waId === undefined ? [] : [waId],
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    tags: [],
    fields: {},
    consent: {},
    ...(inbound && { first: { at: data.receivedAt, eventId: id } }),
  };
}

/** All of one configuration; `decider` and `flows` over a dry memory of this event. */
export interface TestParts {
  readonly routes: Routes;
  readonly decider: Decider;
  readonly flows: Flows;
  /** What `flows` would have written since the last call. */
  readonly takeChanges: () => readonly DryChange[];
  readonly destinations: ReadonlyMap<string, { readonly kind: string }>;
  /** What a destination would be sent, with the options of the route. Sends nothing. */
  readonly preview: (destination: string, route: string) => Promise<unknown>;
  /** What its guards say; undefined: it has none. */
  readonly guards: (which: {
    readonly destination: string;
    readonly route: string;
    readonly delayed: boolean;
  }) => Promise<readonly GuardAnswer[] | undefined>;
  readonly now: () => number;
}

/** What would become of the event, now. Rejects with StoreError. */
export async function testRoutes(event: WaypostEvent, parts: TestParts): Promise<RoutesTested> {
  const { routes, destinations, now } = parts;
  const tested: RouteTested[] = [];
  for (const verdict of routes.explain(event)) {
    const { route, to, matches, because, acts } = verdict;
    if (!matches) {
      tested.push({ route, to, matches, ...no(because) });
      continue;
    }
    const only = await parts.decider.examine(route, event);
    const opensAt = parts.decider.opensAt(route, event)?.toISOString();
    const done = acts ? await actDry(route, event, parts) : {};
    const asked = only.length > 0 && { only };
    tested.push({ route, to, matches, ...asked, ...(opensAt && { opensAt }), ...done });
  }
  const deliveries = await deliveriesOf(event, parts);
  return {
    event: { id: event.id, type: event.type },
    asOf: new Date(now()).toISOString(),
    routes: tested,
    deliveries,
    notDelivered: routes.whyNot(event, destinations.keys(), deliveries),
  };
}

function no(because = "") {
  return { because, says: noInWords(because) };
}

async function actDry(
  route: string,
  event: WaypostEvent,
  { flows, takeChanges }: TestParts,
): Promise<Pick<RouteTested, "sets" | "emits" | "problem">> {
  const problem = { problem: "" };
  const made = await flows.deliver(event, { routes: [route], fence: 0 }).catch((error: unknown) => {
    if (!(error instanceof DeliveryError)) throw error;
    problem.problem = error.message;
    return undefined;
  });
  const sets = takeChanges();
  const emits = (made?.events ?? []).map(({ type, data }) => ({ type, data: data.business }));
  return {
    ...(sets.length > 0 && { sets }),
    ...(emits.length > 0 && { emits }),
    ...(problem.problem !== "" && problem),
  };
}

/** Long ago: nothing waits for a row of `flows` that is not there. */
const createdAt = new Date(0).toISOString();

async function deliveriesOf(event: WaypostEvent, parts: TestParts): Promise<DeliveryTested[]> {
  const found: DeliveryTested[] = [];
  for (const match of parts.routes.match(event)) {
    const kind = parts.destinations.get(match.destination)?.kind;
    // Of `flows`, what others only wait for does nothing.
    if (kind === undefined || match.routes?.length === 0) continue;
    found.push(await testDelivery(match, kind, event, parts));
  }
  return found;
}

async function testDelivery(
  match: ReturnType<Routes["match"]>[number],
  kind: string,
  event: WaypostEvent,
  parts: TestParts,
): Promise<DeliveryTested> {
  const { destination, route, delayed } = match;
  const decision = await decide(match, event, parts);
  const opensAt = delayed && parts.decider.opensAt(route, event)?.toISOString();
  const about = { destination, kind, ...(opensAt && { opensAt }) };
  if (decision.is === "skip") return { ...about, route, would: "skip", says: decision.reason };
  if (decision.is === "wait") {
    return { ...about, route, would: "wait", says: "for what `flows` has to do first" };
  }
  const by = decision.routes.join(", ");
  if (destination === flowsDestination) return { ...about, route: by, would: "send" };
  const wouldSend = await parts.preview(destination, by);
  const guards = await parts.guards({ destination, route: by, delayed: delayed === true });
  return { ...about, route: by, would: "send", wouldSend, ...(guards && { guards }) };
}

async function decide(
  { destination, route, routes, delayed }: ReturnType<Routes["match"]>[number],
  event: WaypostEvent,
  { decider }: TestParts,
): Promise<Decision> {
  if (routes === undefined) return { is: "go", routes: [route] };
  const id = [destination, event.id, ...(delayed ? [route] : [])].join(":");
  return decider.decide({ id, destination, routes, createdAt }, event);
}
