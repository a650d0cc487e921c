import type { DeliveryRules, FlowRules, Route, WaypostEvent } from "../../../src/contracts.ts";
import { flowsDestination } from "../../../src/contracts.ts";
import { createDecider } from "../../../src/deliver/flows/decide.ts";
import { compileDoings, createFlows } from "../../../src/deliver/flows/flows.ts";
import { confirmationOf } from "../../../src/deliver/flows/set.ts";
import { createSurroundings } from "../../../src/deliver/flows/surroundings.ts";
import { compileRoutes } from "../../../src/deliver/routes/routes.ts";
import { textOf } from "../../../src/event/message-in-words.ts";
import { createContactLearner } from "../../../src/store/contacts/contact-learner.ts";
import { createContacts } from "../../../src/store/contacts/contacts.ts";
import { createTemplates } from "../../../src/support/template.ts";
import { makeEvent } from "../../store/make-events.ts";
import { createMemoryTables } from "../../support/memory-tables.ts";
import { createStub, createTestBus, type StubDestination, startEngine } from "../engine.ts";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";
import { createMemoryLedger } from "../memory-ledger.ts";
import { createMemoryLog } from "./memory-log.ts";

export const hour = 60 * 60 * 1_000;
export const day = 24 * hour;

export const noRules: FlowRules = {
  lists: {},
  hours: {},
  pools: {},
  conversations: { closeAfterMs: 20 * hour, hold: { humanMs: hour / 2, handoff: "untilClosed" } },
};

export type RouteParts = Partial<Route> & { readonly name: string };

/** What outlives a process: give it to the next one. */
export function createWorld(clock: FakeClock = createFakeClock(), exclusive = true) {
  const tables = createMemoryTables(clock.now);
  const ledger = createMemoryLedger(exclusive, tables);
  const log = createMemoryLog();
  const learner = createContactLearner(clock.now);
  const contacts = createContacts(tables, { learner, aliases: ledger.aliases });
  return { clock, tables, ledger, log, contacts, bus: createTestBus() };
}
export type World = ReturnType<typeof createWorld>;

/** Routes at work in memory with a fake clock: what they emit comes back as any event does. */
export async function startFlows(
  routeParts: readonly RouteParts[],
  options: {
    readonly rules?: Partial<FlowRules>;
    readonly world?: World;
    /** Of all destinations. */
    readonly config?: Partial<DeliveryRules>;
    readonly holder?: string;
    /** Instead of what there is of this name. */
    readonly destinations?: Readonly<Record<string, StubDestination>>;
  } = {},
) {
  const world = options.world ?? createWorld();
  const { clock, ledger, log, contacts } = world;
  const rules = { ...noRules, ...options.rules };
  const routes = routeParts.map((parts): Route => ({ when: {}, to: [], test: false, ...parts }));
  const names = [...new Set(routes.flatMap(({ to }) => to))];
  const stubs: Record<string, StubDestination> = {
    ...Object.fromEntries(names.map((name) => [name, createStub()])),
    ...options.destinations,
  };
  const memory = { query: log, contacts, ledger };
  const templates = createTemplates({ filters: { text: textOf } });
  const doings = compileDoings(routes, templates);
  const decider = createDecider({
    ...{ routes, rules, memory, now: clock.now },
    named: (route) => doings.get(route)?.names ?? new Set(),
  });
  const compiled = compileRoutes({ accounts: {}, routes, flows: rules });
  const { circumstances } = decider;
  const { captures } = compiled;
  const flows = createFlows({
    ...{ routes, doings, rules, memory, accounts: {}, now: clock.now },
    ...{ circumstances, captures },
    confirmation: confirmationOf(rules, templates.compile),
  });
  const surroundings = createSurroundings({
    ...{ query: log, accounts: {}, rules, captures, circumstances },
  });
  const engine = await startEngine(
    { [flowsDestination]: flows, ...stubs },
    // A renewal each half minute: hours pass faster.
    {
      clock,
      ledger,
      bus: watched(world),
      routes: compiled,
      decider,
      surroundings,
      leaseMs: 90_000,
      ...(options.config && { config: options.config }),
      ...(options.holder && { holder: options.holder }),
    },
  );
  const states = async (destination: string) =>
    (await ledger.deliveries({ destination }, { limit: 200 })).items
      .map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`))
      .reverse();
  return {
    ...{ world, clock, ledger, log, contacts, engine, stubs, states },
    /** Comes in now: by the log and the bus. */
    async receive(...events: readonly WaypostEvent[]) {
      await engine.publish(...events);
      await clock.advance(0);
    },
    effects: (name: string) => stubs[name]?.effects ?? [],
  };
}

/** What is published is in the log too. */
function watched({ bus, log }: World): World["bus"] {
  return {
    ...bus,
    async publish(items) {
      log.append(items.filter((item): item is WaypostEvent => "data" in item));
      await bus.publish(items);
    },
  };
}

/** An event received at this moment. */
export function now(clock: FakeClock, parts: Parameters<typeof makeEvent>[0] = {}): WaypostEvent {
  return makeEvent({ ...parts, receivedAt: new Date(clock.now()).toISOString() });
}
