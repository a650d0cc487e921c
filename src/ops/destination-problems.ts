import type { RunningProcess } from "../contracts.ts";
import type { DestinationState } from "./destination-state.ts";
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
  const { name, state, dead, open } = destination;
  const problems: StatusProblem[] = [];
  const add = (level: StatusProblem["level"], what: string, remedy: string) =>
    problems.push({ level, what, remedy });
  if (state === "removed") {
    add(
      "warning",
      `${name} is no longer configured; its queue is left and goes on taking events: ${waiting} wait there. Open deliveries: ${open}.`,
      "`waypost topology prune` removes what is left, or put it back into waypost.yaml.",
    );
    return problems;
  }
  const wrong = stateProblem(destination, now);
  if (wrong !== undefined) problems.push(wrong);
  if (dead > 0) {
    add(
      "error",
      dead === 1 ? `1 delivery to ${name} is dead.` : `${dead} deliveries to ${name} are dead.`,
      `\`waypost deliveries --destination ${name} --state dead\` says why, \`waypost deliveries retry <id>\` sends one again.`,
    );
  }
  return problems;
}

function stateProblem(destination: DestinationState, now: Date): StatusProblem | undefined {
  const { name, state, open, oldestOpenAt, breakerSince, lastError } = destination;
  const why = lastError === undefined ? "" : `: ${lastError.replace(/\.$/, "")}`;
  if (state === "paused") return pausedProblem(destination);
  if (state === "unheld") {
    return {
      level: "error",
      what: `No worker delivers to ${name}; deliveries that wait: ${open}.`,
      remedy: "Start `waypost work`, or wait 15 s when it has just been started.",
    };
  }
  if (state === "out") {
    const since = breakerSince === undefined ? "" : ` for ${age(breakerSince, now)} min`;
    return {
      level: "error",
      what: `${name} has been out${since}${why}.`,
      remedy:
        "See what is wrong on its side. Waypost tries again without end, and nothing is lost.",
    };
  }
  if (oldestOpenAt === undefined || now.getTime() - Date.parse(oldestOpenAt) < patienceMs) return;
  return {
    level: "warning",
    what: `The oldest open delivery to ${name} has waited for ${age(oldestOpenAt, now)} min${why}.`,
    remedy: `\`waypost deliveries --destination ${name} --state open\` shows what waits and why; \`rate\` and \`concurrency\` may be too low.`,
  };
}

function pausedProblem({ name, says, pause, open }: DestinationState): StatusProblem {
  const byOperator = pause?.by === "operator";
  return {
    level: byOperator ? "warning" : "error",
    what: `${name} ${byOperator ? "is " : ""}${says.replace(/\.$/, "")}; deliveries that wait: ${open}.`,
    remedy: `${byOperator ? "When it may go on" : "Mend that, see `waypost doctor`"}: \`waypost destinations resume ${name}\`. Nothing is lost meanwhile.`,
  };
}

/** Roles that do not fit together. Pure. */
export function processProblems(processes: readonly RunningProcess[]): StatusProblem[] {
  const problems: StatusProblem[] = [];
  const hashes = new Set(processes.map(({ configHash }) => configHash));
  if (hashes.size > 1) {
    const all = processes.map(({ role, host, pid, configHash }) => {
      return `${role} on ${host} (process ${pid}): ${configHash.slice(0, 8)}`;
    });
    problems.push({
      level: "error",
      what: `The roles run with different configurations: ${all.join(", ")}.`,
      remedy: "Give all of them the same waypost.yaml, and send SIGHUP or restart those behind.",
    });
  }
  const versions = new Set(processes.map(({ version }) => version));
  if (versions.size > 1) {
    problems.push({
      level: "warning",
      what: `The roles run with different versions: ${[...versions].sort().join(", ")}.`,
      remedy: "Unless an upgrade is on: bring all of them to the same version.",
    });
  }
  const receives = processes.some(({ role }) => role === "receive" || role === "start");
  if (processes.length > 0 && !receives) {
    problems.push({
      level: "warning",
      what: "No receiver is seen.",
      remedy:
        "Start `waypost receive`. One that runs says so in the store; see whether it reaches it.",
    });
  }
  return problems;
}

function age(since: string, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(since)) / minute));
}
