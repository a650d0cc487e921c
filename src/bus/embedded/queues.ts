import type { QueueSpec } from "../../contracts.ts";
import type { AppendLog } from "../../support/append-log.ts";
import type { Log } from "../../support/log.ts";
import { loadQueue, type Queue } from "./queue.ts";

/** The queues of one log: those declared, and those that were and have not been removed. */
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
  /** On disk, so that the queue goes on taking the same after a start that does not declare it. */
  const remember = async (spec: QueueSpec) => {
    const note = noteOf(spec);
    if (events.readers().get(spec.name) !== note) await events.note(spec.name, note);
  };
  let declared = namesOf(specs);
  for (const spec of specs) await remember(spec);
  const former = [...events.readers()].filter(([name]) => !declared.has(name)).map(specOf);
  const queues = await Promise.all([...specs, ...former].map(load));
  const named = (name: string) => queues.find((queue) => queue.name === name);
  return {
    all: () => queues,
    named,
    async declare(wanted) {
      declared = namesOf(wanted);
      for (const spec of wanted) {
        await remember(spec);
        const known = named(spec.name);
        if (known === undefined) queues.push(await load(spec));
        else await known.rebind(spec);
      }
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

function noteOf({ patterns, quarantine }: QueueSpec): string {
  return JSON.stringify({ patterns, quarantine });
}

/** A file of an older version has no notes: then all that came counts, and a worker sorts it out. */
function specOf([name, note]: readonly [string, string]): QueueSpec {
  const everything = { patterns: ["#"], quarantine: false };
  const taken: Pick<QueueSpec, "patterns" | "quarantine"> =
    note === "" ? everything : JSON.parse(note);
  return { name, single: true, ...taken };
}

function namesOf(specs: readonly QueueSpec[]): ReadonlySet<string> {
  return new Set(specs.map(({ name }) => name));
}
