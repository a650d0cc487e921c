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
import { derivedEvent, mostDepth } from "../../event/derived-event.ts";
import type { Template, Templates } from "../../support/template.ts";
import type { Circumstances, FlowMemory } from "./circumstances.ts";
import { renderOf, type ScopeParts, scopeOf } from "./scope.ts";
import {
  applyConsent,
  type Confirmation,
  change,
  confirmStop,
  scalars,
  setAsAsked,
  topicOf,
} from "./set.ts";
import { acts, needsOpenings, opened } from "./takes.ts";

export interface FlowsParts extends ScopeParts {
  readonly routes: readonly Route[];
  readonly doings: Doings;
  /** Absent: who says stop is sent nothing more. */
  readonly confirmation?: Confirmation | undefined;
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
      if (after === undefined) {
        const own = await doOwn(event, { ...parts, fence });
        events.push(...own.events);
        failed.push(...own.failed);
      }
      if (failed.length > 0) throw failedOf(failed, events);
      return { answer: done.join(", "), ...(events.length > 0 && { events }) };
    },
    preview: (event) => ({ event: event.id }),
    check: async () => [],
    close: async () => undefined,
  };
}

/** What the event changes, and what follows from it, without a route. One thing that can never be done keeps no other from being done. */
async function doOwn(event: WaypostEvent, parts: AttemptParts) {
  const about = parts.circumstances(event, "");
  const { confirmation, routes } = parts;
  const events: WaypostEvent[] = [];
  const failed: DeliveryError[] = [];
  const orFail = (error: unknown) => {
    failed.push(deliveryError(error));
  };
  const { told, stop } = await applyConsent(about, parts);
  if (told !== undefined) events.push(told);
  if (stop !== undefined && confirmation !== undefined) {
    events.push(...((await confirmStop(confirmation, stop, about, parts).catch(orFail)) ?? []));
  }
  const opening = needsOpenings(routes) ? await opened(about, parts) : undefined;
  if (opening !== undefined) events.push(opening);
  if (event.type === "business.conversation.closed") await endTopic(event, parts);
  await setAsAsked(about, parts).catch(orFail);
  return { events, failed };
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
      fields: scalars(renderOf(`set.field of the route ${name}`, fields, scope)),
      topic: topicOf(renderOf(`set.topic of the route ${name}`, topic, scope)),
    };
    await change(set, rendered, about, parts);
  }
  if (emit === undefined) return undefined;
  const rendered = renderOf(`emit.data of the route ${name}`, data, scope);
  return derived(emit, rendered, name, about, parts);
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
