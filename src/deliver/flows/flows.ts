import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  deliveryError,
  type Emit,
  type FlowRules,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { type Template, TemplateError, type Templates } from "../../support/template.ts";
import type { Circumstances, FlowMemory } from "./circumstances.ts";
import { applyConsent } from "./consent.ts";
import { needsOpenings, opened } from "./opened.ts";
import { type ScopeParts, scopeOf } from "./scope.ts";
import { change, scalars, topicOf } from "./set.ts";
import { acts } from "./takes.ts";

/** Events made of events made of events: from here on it is a loop. */
const mostDepth = 8;

export interface FlowsParts extends ScopeParts {
  readonly routes: readonly Route[];
  readonly doings: Doings;
  readonly rules: FlowRules;
  readonly memory: FlowMemory;
  readonly circumstances: (event: WaypostEvent, route: string) => Circumstances;
  readonly now: () => number;
}

type AttemptParts = FlowsParts & Pick<DeliveryContext, "fence">;

/** What a route does, by its name. */
type Doings = ReadonlyMap<string, Doing>;

interface Doing {
  readonly route: Route;
  /** Of `emit.data`. */
  readonly data: Template;
  /** Of `set.field`. */
  readonly fields: Template;
  /** Of `set.topic`. */
  readonly topic: Template;
  /** What the templates name. */
  readonly names: ReadonlySet<string>;
}

export interface Flows extends Destination {
  deliver(
    event: WaypostEvent,
    context: Pick<DeliveryContext, "routes" | "after" | "fence">,
  ): Promise<Delivered>;
}

/**
 * The built-in destination: does what the routes that hold `set` and `emit`, in the file's order. What is set is set before
 * the delivery is done; what is emitted is the delivery's `events`. Doing it again changes nothing. A route that fails keeps no other from acting.
 */
export function createFlows(parts: FlowsParts): Flows {
  const { doings } = parts;
  return {
    kind: "flows",
    idempotency: "native",
    links: false,
    async deliver(event, { routes, after, fence }): Promise<Delivered> {
      const acting = routes.flatMap((name) => doings.get(name) ?? []);
      const { events, done, failed } = await actAll(acting, event, { ...parts, fence });
      // Once for the event, in its conversation's order.
      if (after === undefined) events.push(...(await ownEvents(event, { ...parts, fence })));
      if (failed.length > 0) throw failedOf(failed, events);
      return { answer: done.join(", "), ...(events.length > 0 && { events }) };
    },
    preview: (event) => ({ event: event.id }),
    check: async () => [],
    close: async () => undefined,
  };
}

/** What the event changes, and what follows from it, without a route. */
async function ownEvents(event: WaypostEvent, parts: AttemptParts): Promise<WaypostEvent[]> {
  const about = parts.circumstances(event, "");
  const consent = await applyConsent(about, parts);
  const opening = needsOpenings(parts.routes) ? await opened(about, parts) : undefined;
  if (event.type === "business.conversation.closed") await endTopic(event, parts);
  return [consent, opening].filter((each) => each !== undefined);
}

/** Throws TemplateError on a template that the configuration's check would have refused. */
export function compileDoings(routes: readonly Route[], templates: Templates): Doings {
  return new Map(routes.filter(acts).map((route) => [route.name, compile(route, templates)]));
}

/** One after the other; one that fails keeps no other from acting. */
async function actAll(acting: readonly Doing[], event: WaypostEvent, parts: AttemptParts) {
  const events: WaypostEvent[] = [];
  const done: string[] = [];
  const failed: DeliveryError[] = [];
  for (const doing of acting) {
    const { name } = doing.route;
    try {
      const emitted = await act(doing, parts.circumstances(event, name), parts);
      if (emitted !== undefined) events.push(emitted);
      done.push(name);
    } catch (error) {
      failed.push(deliveryError(error));
    }
  }
  return { events, done, failed };
}

/** What another moment may do is tried again, all else is dead with all reasons. */
function failedOf(
  failed: readonly DeliveryError[],
  events: readonly WaypostEvent[],
): DeliveryError {
  const [first] = failed;
  const worst = failed.find(({ verdict }) => verdict === "outage") ?? first;
  const message = failed.map((error) => error.message).join("; ");
  const { verdict = "refused", maybeDone = false, answer } = worst ?? {};
  const details = { maybeDone, events, ...(answer !== undefined && { answer }) };
  return new DeliveryError(verdict, message, { ...details, cause: worst });
}

function compile(route: Route, templates: Templates): Doing {
  const data = templates.compile(route.emit?.data ?? {});
  const fields = templates.compile(route.set?.field ?? {});
  const topic = templates.compile(route.set?.topic ?? null);
  const all = [data, fields, topic].flatMap(({ variables }) => variables);
  return { route, data, fields, topic, names: new Set(all.map(({ name }) => name)) };
}

async function act(
  { route, data, fields, topic, names }: Doing,
  about: Circumstances,
  parts: AttemptParts,
): Promise<WaypostEvent | undefined> {
  const { name, set, emit } = route;
  const scope = await scopeOf(names, name, about, parts);
  if (set !== undefined) {
    const rendered = {
      fields: scalars(render(name, "set.field", fields, scope)),
      topic: topicOf(render(name, "set.topic", topic, scope)),
    };
    await change(set, rendered, about, parts);
  }
  return emit && derived(emit, render(name, "emit.data", data, scope), name, about, parts);
}

/** Throws DeliveryError. */
function render(route: string, key: string, template: Template, scope: object): unknown {
  try {
    return template.render(scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { kind, place, reason } = error;
    const where = [`${key} of the route ${route}`, place].filter(Boolean).join(" at ");
    // Too long a time may be the machine's fault.
    throw new DeliveryError(kind === "limit" ? "outage" : "refused", `${where}: ${reason}`);
  }
}

function derived(
  { type }: Emit,
  rendered: unknown,
  route: string,
  { event }: Circumstances,
  { now }: FlowsParts,
): WaypostEvent {
  const made = derivedEvent({
    source: event,
    route,
    type,
    data: objectOf(rendered),
    at: new Date(now()),
  });
  if ((made.data.derived?.depth ?? 0) <= mostDepth) return made;
  throw new DeliveryError(
    "refused",
    `the route ${route} emits what follows from ${mostDepth} other emits: it is a loop`,
  );
}

/** A template that is the whole of `data` may give anything. */
function objectOf(rendered: unknown): { [key: string]: unknown } {
  return typeof rendered === "object" && rendered !== null && !Array.isArray(rendered)
    ? { ...rendered }
    : { value: rendered };
}

/** Who asks for the topic of the event that ended it is still told. */
async function endTopic(
  { id, data }: WaypostEvent,
  { memory, fence }: AttemptParts,
): Promise<void> {
  if (data.conversationId === undefined) return;
  await memory.contacts.setTopic(data.conversationId, undefined, { event: id, fence });
}
