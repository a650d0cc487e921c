import { addOpenTime } from "../../contracts/business-hours.ts";
import {
  type FlowRules,
  flowsDestination,
  type Only,
  type OnlyAnswer,
  type Route,
  type WaypostEvent,
} from "../../contracts.ts";
import { deliveryId } from "../delivery.ts";
import { nothingToDo } from "../lanes/lanes.ts";
import { type Circumstances, circumstancesOf, type FlowMemory } from "./circumstances.ts";
import { isClaimed, isTheOne } from "./once.ts";
import { compileOnly, firstBroken, type OnlyTest } from "./only.ts";
import { receivedAt } from "./order.ts";
import { isOwn, needsOpenings, type OwnTakes, ownTakes } from "./takes.ts";

/** Of what templates may name, that for which the log is asked. */
const logNames: readonly string[] = ["about", "transcript"];

/** What is asked of a row at its turn. */
interface Asking {
  readonly id: string;
  readonly destination: string;
  /** In the file's order. */
  readonly routes: readonly string[];
  readonly createdAt: string;
  /** This delivery of `flows` is known to be over. */
  readonly isOver?: (id: string) => boolean;
}

/** What the circumstances say: these routes hold; none does, and why; or it cannot be told yet. */
export type Decision =
  | { readonly is: "go"; readonly routes: readonly string[] }
  | { readonly is: "skip"; readonly reason: string }
  | { readonly is: "wait" };

/** Asks the routes of a row at its turn. Rejects with StoreError. */
export interface Decider {
  /** `flows` is told every route that holds, and of its own events also when none does; a destination the first. */
  decide(asking: Asking, event: WaypostEvent): Promise<Decision>;
  /** There is a route of this name. */
  knows(route: string): boolean;
  /** When a row of this route opens; undefined: at once. */
  opensAt(route: string, event: WaypostEvent): Date | undefined;
  /** As the route says; undefined: it does not. */
  maxAgeMs(route: string): number | undefined;
  circumstances(event: WaypostEvent, route: string): Circumstances;
  /** Each key of the route's `only` with its answer, as of now. Never rejects. */
  examine(route: string, event: WaypostEvent): Promise<OnlyAnswer[]>;
}

export interface DeciderParts {
  readonly routes: readonly Route[];
  readonly rules: FlowRules;
  readonly memory: FlowMemory;
  readonly now: () => number;
  /** What the templates of `emit` and `set` name, by route. */
  readonly named?: (route: string) => ReadonlySet<string>;
}

/**
 * A row of `flows` that is not there after this never comes: its event was there before the route that sets something. The
 * same of an event that was routed again long after it came.
 */
const longestGapMs = 10 * 60_000;

interface Compiled {
  readonly route: Route;
  readonly tests: readonly OnlyTest[];
  readonly reads: OnlyTest["reads"];
}

export function createDecider(parts: DeciderParts): Decider {
  const { routes, rules, now } = parts;
  const own = ownTakes(routes, rules);
  const opening = needsOpenings(routes);
  const byName = compileAll(parts);
  const circumstances = (event: WaypostEvent, name: string) => {
    const route = byName.get(name)?.route;
    const at = (route && opensAt(route, event, rules)?.getTime()) ?? receivedAt(event);
    return circumstancesOf(event, { at, now: now() }, parts.memory);
  };
  return {
    circumstances,
    knows: (route) => byName.has(route),
    maxAgeMs: (name) => byName.get(name)?.route.maxAgeMs,
    opensAt(name, event) {
      const route = byName.get(name)?.route;
      return route && opensAt(route, event, rules);
    },
    examine(name, event) {
      const about = circumstances(event, name);
      return Promise.all((byName.get(name)?.tests ?? []).map((test) => answerOf(test, about)));
    },
    async decide(asking, event) {
      const asked = asking.routes.flatMap((name) => byName.get(name) ?? []);
      const does = asking.id === deliveryId(flowsDestination, event.id) && isOwn(event, own);
      const reads = new Set(asked.flatMap((each) => readsOf(each, asking.destination, own)));
      // Whether a message opens its conversation is seen by those before it.
      if (does && opening) reads.add("log");
      if (await mustWait(reads, asking, event, parts)) return { is: "wait" };
      const decision = await ask(asked, asking, (name) => circumstances(event, name), parts);
      return does && decision.is === "skip" ? { is: "go", routes: [] } : decision;
    },
  };
}

/** Why a row ends that only a route of this name brought. */
export function noRoute(name: string): string {
  return `${name} is no route any more`;
}

/** Where nothing is set there is nothing to wait for. */
function readsOf({ route, reads }: Compiled, destination: string, { waitedFor }: OwnTakes) {
  const all = [...reads, ...(route.templatesRead?.[destination] ?? [])];
  return waitedFor(route.name) ? all : all.filter((each) => each !== "memory");
}

/** The rest is asked as it stands at the turn. */
const ofEvent: readonly (keyof Only)[] = ["hours", "first", "opens", "about"];

async function answerOf({ key, holds }: OnlyTest, about: Circumstances): Promise<OnlyAnswer> {
  const asOf = ofEvent.includes(key) ? "event" : "now";
  try {
    return { key, holds: (await holds(about)) ? "yes" : "no", asOf };
  } catch {
    return { key, holds: "unknown", asOf };
  }
}

async function ask(
  asked: readonly Compiled[],
  asking: Asking,
  circumstances: (route: string) => Circumstances,
  parts: DeciderParts,
): Promise<Decision> {
  const known = new Set(asked.map(({ route }) => route.name));
  const gone = asking.routes.filter((name) => !known.has(name));
  const reasons = gone.map((name) => noRoute(name));
  const holding: string[] = [];
  for (const each of asked) {
    const { name } = each.route;
    const because = await whyNot(each, asking, circumstances(name), parts);
    if (because !== undefined) reasons.push(`${name}: ${because}`);
    else if (asking.destination === flowsDestination) holding.push(name);
    else return { is: "go", routes: [name] };
  }
  if (holding.length > 0) return { is: "go", routes: holding };
  return { is: "skip", reason: reasons.join("; ") || nothingToDo };
}

function compileAll({ routes, rules, named }: DeciderParts): ReadonlyMap<string, Compiled> {
  const compile = (route: Route): [string, Compiled] => {
    const { name, only = {}, once } = route;
    const tests = compileOnly(only, rules);
    const reads = new Set(tests.flatMap((test) => test.reads));
    const names = named?.(name) ?? new Set();
    if (typeof once?.for === "string" || logNames.some((each) => names.has(each))) reads.add("log");
    return [name, { route, tests, reads: [...reads] }];
  };
  return new Map(routes.map(compile));
}

/** By the event's receipt, plus `after`; only open hours count where it says so. */
function opensAt({ after }: Route, event: WaypostEvent, rules: FlowRules): Date | undefined {
  if (after === undefined) return undefined;
  const from = new Date(receivedAt(event));
  const hours = after.hours === undefined ? undefined : rules.hours[after.hours];
  if (hours === undefined) return new Date(from.getTime() + after.delayMs);
  // Hours that never come again: as if there were none.
  return addOpenTime(hours, from, after.delayMs) ?? new Date(from.getTime() + after.delayMs);
}

async function whyNot(
  { route, tests }: Compiled,
  { id, destination }: Asking,
  about: Circumstances,
  { memory }: DeciderParts,
): Promise<keyof Only | "maxAge" | "once" | undefined> {
  const { name, once, maxAgeMs } = route;
  const claimant = once && { id, destination, route: name, once };
  if (claimant && (await isClaimed(claimant, about, memory.ledger))) return undefined;
  if (maxAgeMs !== undefined && about.now > about.at + maxAgeMs) return "maxAge";
  const broken = await firstBroken(tests, about);
  if (broken !== undefined) return broken;
  // Last: whoever asks takes it.
  if (claimant === undefined) return undefined;
  return (await isTheOne(claimant, about, memory.ledger)) ? undefined : "once";
}

/** What the routes read must be there: the event in the log, and all that `flows` has to do for it. */
async function mustWait(
  reads: ReadonlySet<"log" | "memory">,
  { destination, createdAt, isOver }: Asking,
  event: WaypostEvent,
  { memory, now }: DeciderParts,
): Promise<boolean> {
  if (reads.has("log") && (await memory.query.event(event.id)) === undefined) return true;
  if (!reads.has("memory") || destination === flowsDestination) return false;
  const id = deliveryId(flowsDestination, event.id);
  if (isOver?.(id)) return false;
  const turn = await memory.ledger.delivery(id);
  if (turn !== undefined) return turn.doneAt === undefined;
  const created = Date.parse(createdAt);
  const late = created - receivedAt(event) > longestGapMs || now() - created > longestGapMs;
  return !late;
}
