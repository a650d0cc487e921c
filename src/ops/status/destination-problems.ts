import type { RunningProcess } from "../../contracts.ts";
import type { DestinationState } from "./destination-state.ts";
import { counted, diagnosed, problem } from "./diagnosed.ts";
import type { StatusProblem } from "./status.ts";

const minute = 60_000;
/** Beyond what a lane waits for while its destination answers, but for a refusal that may pass. */
const patienceMs = 15 * minute;

/** What is wrong with one destination, in whose queue so many events wait, with a remedy. Pure. */
export function destinationProblems(
  destination: DestinationState,
  waiting: number,
  now: Date,
): StatusProblem[] {
  const { name, state, dead = 0, open } = destination;
  if (state === "removed") {
    const what = `${name} is no longer configured; its queue is left and goes on taking events: ${counted(waiting, "waits", "wait")} there. Open deliveries: ${open ?? "not known"}.`;
    const remedy =
      "`waypost topology prune` removes what is left, or put it back into waypost.yaml.";
    return [problem("warning", "destination_removed", what, remedy)];
  }
  const problems: StatusProblem[] = [];
  const wrong = stateProblem(destination, now);
  if (wrong !== undefined) problems.push(wrong);
  if (dead > 0) problems.push(diagnosed("error", { kind: "deliveries_dead", name, count: dead }));
  return problems;
}

function stateProblem(destination: DestinationState, now: Date): StatusProblem | undefined {
  const { name, state, pause, open, oldestOpenAt, breakerSince, lastError } = destination;
  const waits = open === undefined ? "" : `; deliveries that wait: ${open}`;
  if (pause !== undefined && state === "paused") {
    const level = pause.by === "operator" ? "warning" : "error";
    return diagnosed(level, { kind: "destination_paused", name, pause }, waits);
  }
  if (state === "unheld") {
    const what = `No worker delivers to ${name}${waits}.`;
    const remedy = "Start `waypost work`, or wait 15 s when it has just been started.";
    return problem("error", "destination_unheld", what, remedy);
  }
  if (state === "out") {
    return diagnosed("error", {
      kind: "destination_out",
      name,
      lastError,
      lasts: sinceThen(breakerSince, now),
    });
  }
  if (oldestOpenAt === undefined || now.getTime() - Date.parse(oldestOpenAt) < patienceMs) return;
  const lasts = `for ${age(oldestOpenAt, now)} min` as const;
  return diagnosed("warning", { kind: "destination_slow", name, lastError, lasts });
}

/** Roles that do not fit together. Pure. */
export function processProblems(processes: readonly RunningProcess[]): StatusProblem[] {
  const problems: StatusProblem[] = [];
  const hashes = new Set(processes.map(({ configHash }) => configHash));
  if (hashes.size > 1) {
    const all = processes.map(({ role, host, pid, configHash }) => {
      return `${role} on ${host} (process ${pid}): ${configHash.slice(0, 8)}`;
    });
    const what = `The roles run with different configurations: ${all.join(", ")}.`;
    const remedy =
      "Give all of them the same waypost.yaml, and run `waypost reload` at those behind, or restart them.";
    problems.push(problem("error", "configurations_differ", what, remedy));
  }
  const versions = new Set(processes.map(({ version }) => version));
  if (versions.size > 1) {
    const what = `The roles run with different versions: ${[...versions].sort().join(", ")}.`;
    const remedy = "Unless an upgrade is on: bring all of them to the same version.";
    problems.push(problem("warning", "versions_differ", what, remedy));
  }
  const receives = processes.some(({ role }) => role === "receive" || role === "start");
  if (processes.length > 0 && !receives) {
    const what = "No receiver is seen.";
    const remedy =
      "Start `waypost receive`. One that runs says so in the store; see whether it reaches it.";
    problems.push(problem("warning", "receiver_missing", what, remedy));
  }
  return problems;
}

function age(since: string, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(since)) / minute));
}

/** Sooner than a minute it is not worth a number. */
function sinceThen(at: string | undefined, now: Date): `for ${number} min` | undefined {
  const minutes = at === undefined ? 0 : age(at, now);
  return minutes < 1 ? undefined : `for ${minutes} min`;
}
