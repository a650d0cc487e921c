import type { QueueSpec } from "../../contracts.ts";
import type { AppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import { loadQueue, type Queue } from "./queue.ts";

/** The queues of one log: those declared, and those that were and still hold something. */
export interface Queues {
  all(): readonly Queue[];
  named(name: string): Queue | undefined;
  /** As Bus.declare. */
  declare(specs: readonly QueueSpec[]): Promise<void>;
  /** As Bus.removeQueue. */
  remove(name: string, force: boolean): Promise<number>;
  close(): Promise<void>;
}

/** `events` knows a cursor for each of `specs`. */
export async function loadQueues(
  events: AppendLog,
  specs: readonly QueueSpec[],
  log: Log,
): Promise<Queues> {
  const load = (spec: QueueSpec) => loadQueue(events, spec, log.child({ queue: spec.name }));
  const queues = await Promise.all(specs.map(load));
  let declared = namesOf(specs);
  const named = (name: string) => queues.find((queue) => queue.name === name);
  const add = async (spec: QueueSpec) => {
    await events.advance(spec.name, events.last());
    queues.push(await load(spec));
  };
  return {
    all: () => queues,
    named,
    async declare(wanted) {
      declared = namesOf(wanted);
      for (const spec of wanted) await (named(spec.name)?.rebind(spec) ?? add(spec));
    },
    async remove(name, force) {
      if (declared.has(name)) throw new Error(`${name} is declared`);
      const queue = named(name);
      if (queue === undefined) return 0;
      const { ready, unacked = 0, dead } = queue.state();
      if (ready + unacked + dead > 0 && !force) return ready + unacked + dead;
      await queue.close();
      queues.splice(queues.indexOf(queue), 1);
      await events.forget(name);
      return 0;
    },
    close: async () => void (await Promise.all(queues.map((queue) => queue.close()))),
  };
}

function namesOf(specs: readonly QueueSpec[]): ReadonlySet<string> {
  return new Set(specs.map(({ name }) => name));
}
