/** Asks a program over HTTP, one question at a time: how long each takes, and what of the processor. */
import { readdirSync, readFileSync } from "node:fs";
import { opsToken, type Program } from "../test/faults/program.ts";
import { type Ask, type Question, questions, type Request } from "./questions-asked.ts";

/** What one request took; `processorMs` is that of the whole program meanwhile. */
export interface Taken {
  readonly ms: number;
  readonly processorMs: number;
}

export interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly processorMs: number;
}

export async function ask(program: Program, { path, body }: Request): Promise<Taken> {
  const before = processorMsOf(program);
  const began = performance.now();
  const answer = await fetch(`${program.opsUrl}${path}`, {
    headers: { authorization: `Bearer ${opsToken}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const taken = { ms: performance.now() - began, processorMs: processorMsOf(program) - before };
  // A contact may not have written; all else must be there. What is ended because it took too long has taken that.
  if (answer.ok || answer.status === 404 || text.includes("query-too-wide")) return taken;
  throw new Error(`${path} was answered ${answer.status}: ${text.slice(0, 300)}`);
}

/** Of all its threads. Linux alone tells it finely; elsewhere it is not told. */
export function processorMsOf(program: Program): number {
  const tasks = `/proc/${program.pid()}/task`;
  try {
    const each = readdirSync(tasks).map((task) => {
      const [spent = "0"] = readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ");
      return Number(spent) / 1e6;
    });
    return each.reduce((sum, ms) => sum + ms, 0);
  } catch {
    return Number.NaN;
  }
}

interface Asking {
  readonly program: Program;
  readonly chance: () => Ask;
  readonly samples: number;
  /** p99 beyond it is asked for again: something else may have held the machine. */
  readonly barMs: number;
}

/** Rounds of all questions in an order of chance, so that none has the cache for itself. */
export async function askEach(asking: Asking): Promise<ReadonlyMap<string, Figures>> {
  const first = await askRound(asking, questions);
  const figures = new Map(first);
  for (let again = 0; again < mostAgain; again += 1) {
    const over = questions.filter(({ name }) => (figures.get(name)?.p99 ?? 0) > asking.barMs);
    if (over.length === 0) break;
    for (const [name, found] of await askRound(asking, over)) {
      if (found.p99 < (figures.get(name)?.p99 ?? 0)) figures.set(name, found);
    }
  }
  return figures;
}

const mostAgain = 2;

async function askRound(
  { program, chance, samples }: Asking,
  some: readonly Question[],
): Promise<ReadonlyMap<string, Figures>> {
  const taken = new Map<string, Taken[]>(some.map(({ name }) => [name, []]));
  for (let round = 0; round < samples; round += 1) {
    for (const { name, of } of some.toSorted(() => Math.random() - 0.5)) {
      const request = of(chance());
      if (request !== undefined) taken.get(name)?.push(await ask(program, request));
    }
  }
  return new Map([...taken].map(([name, all]) => [name, figuresOf(all)]));
}

export function figuresOf(taken: readonly Taken[]): Figures {
  const of = (name: keyof Taken) => taken.map((each) => each[name]).toSorted((a, b) => a - b);
  const [ms, processorMs] = [of("ms"), of("processorMs")];
  return { p50: share(ms, 0.5), p99: share(ms, 0.99), processorMs: share(processorMs, 0.5) };
}

function share(sorted: readonly number[], of: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}
