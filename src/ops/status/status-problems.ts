import { deliverQueueName, destinationOfQueue, unstopped } from "../../contracts.ts";
import { destinationProblems, processProblems } from "./destination-problems.ts";
import { counted, diagnosed, problem } from "./diagnosed.ts";
import type { StatusProblem, SystemStatus } from "./status.ts";

type Observed = Omit<SystemStatus, "ok" | "problems">;

const minute = 60_000;
const day = 24 * 60 * minute;
/** A spool that drains, drains within seconds. */
const spoolPatienceMs = minute;
/** What a store consumer works off in well under a minute. */
const backlog = 10_000;

/** Errors first, each in words with a remedy. Pure. */
export function findProblems(
  observed: Observed,
  now: Date,
  { sharedTokens = false }: { readonly sharedTokens?: boolean } = {},
): StatusProblem[] {
  const waiting = new Map(observed.bus.queues.map(({ name, ready }) => [name, ready]));
  const problems = [
    ...busProblems(observed),
    ...storeProblems(observed),
    ...configurationProblems(observed),
    ...observed.bus.queues.flatMap(queueProblems),
    ...receiverProblems(observed, now),
    ...observed.destinations.flatMap((destination) =>
      destinationProblems(destination, waiting.get(deliverQueueName(destination.name)) ?? 0, now),
    ),
    ...processProblems(observed.processes),
    ...silentAccounts(observed, now),
    ...quarantineProblems(observed),
    ...(sharedTokens ? [nobodyByName()] : []),
  ];
  return problems.sort((a, b) => a.level.localeCompare(b.level));
}

function busProblems({ bus }: Observed): StatusProblem[] {
  if (bus.ready) return [];
  const remedy =
    bus.kind === "rabbitmq"
      ? "See whether RabbitMQ runs, RABBITMQ_URL reaches it, and its memory and disk alarms are off. POSTs go to the spool meanwhile."
      : "See whether DATA_DIR can be written and its disk has room.";
  const what = `The bus is not ready: ${unstopped(bus.reason ?? "no reason given")}.`;
  return [problem("error", "bus_not_ready", what, remedy)];
}

function storeProblems({ store, bus }: Observed): StatusProblem[] {
  if (store.ready) return [];
  const remedy =
    bus.kind === "rabbitmq"
      ? "See whether MongoDB runs and MONGODB_URL reaches it. The bus keeps the events until it is back."
      : "See whether DATA_DIR can be written and its disk has room; with MONGODB_URL set, whether MongoDB runs.";
  const what = `The store is not ready: ${unstopped(store.reason ?? "no reason given")}.`;
  return [problem("error", "store_not_ready", what, remedy)];
}

function configurationProblems({ configuration, destinations }: Observed): StatusProblem[] {
  const { file, found, refused } = configuration;
  const former = destinations.filter(({ state }) => state === "removed").map(({ name }) => name);
  if (!found && former.length > 0) {
    const what = `There is no ${file} any more, and nothing is routed. Destinations that it had: ${former.join(", ")}.`;
    const remedy =
      "Put it back and run `waypost reload`: what came for them meanwhile is delivered then. If they are to go for good: `waypost topology prune`.";
    return [problem("error", "configuration_gone", what, remedy)];
  }
  if (refused === "gone") {
    const what = `${file} is gone; the last reload was refused, and what was read before goes on. A restart would route nothing.`;
    const remedy =
      "Put it back, or an empty one where nothing is to be routed any more; then run `waypost reload`.";
    return [problem("error", "configuration_gone", what, remedy)];
  }
  if (refused === undefined) return [];
  const what = `The last reload of ${file} was refused; what was read before goes on.`;
  const remedy =
    "`waypost config check` and the log say what is wrong. Mend it and run `waypost reload`.";
  return [problem("error", "reload_refused", what, remedy)];
}

function queueProblems(queue: Observed["bus"]["queues"][number]): StatusProblem[] {
  const { name, ready, dead, consumers } = queue;
  const problems: StatusProblem[] = [];
  if (consumers === 0) {
    // Whether anybody delivers to a destination, its own state says.
    if (destinationOfQueue(name) === undefined) {
      const what = `Nobody consumes ${name}; ${counted(ready, "waits", "wait")}.`;
      const remedy = "Start `waypost work`.";
      problems.push(problem("error", "queue_unconsumed", what, remedy));
    }
  } else if (ready > backlog) {
    const what = `${ready} wait in ${name}.`;
    const remedy = "If it grows, see the worker's log and the store's load.";
    problems.push(problem("warning", "queue_backlog", what, remedy));
  }
  if (dead > 0) {
    problems.push(
      diagnosed("error", { kind: "messages_dead", queue: name, count: dead, among: "queues" }),
    );
  }
  return problems;
}

function receiverProblems({ receiver, accounts }: Observed, now: Date): StatusProblem[] {
  if (receiver === undefined) return [];
  const { spool, unauthorized, lastUnauthorizedAt } = receiver;
  const problems: StatusProblem[] = [];
  const age = spool?.oldestAt === undefined ? 0 : now.getTime() - Date.parse(spool.oldestAt);
  if (spool !== undefined && age > spoolPatienceMs) {
    const what = `${counted(spool.posts, "POST waits", "POSTs wait")} in the spool, the oldest for ${Math.round(age / minute)} min.`;
    const remedy = "They are durable and go on by themselves when the bus takes them; see the bus.";
    problems.push(problem("error", "spool_waits", what, remedy));
  }
  const newest =
    accounts
      .map(({ lastEventAt }) => lastEventAt)
      .sort()
      .at(-1) ?? "";
  if (lastUnauthorizedAt !== undefined && lastUnauthorizedAt > newest) {
    const what = `${counted(unauthorized, "POST was", "POSTs were")} answered 401, and nothing was taken since the last of them.`;
    const remedy =
      "Unless strangers knock: WHATSAPP_APP_SECRET is not the secret of the Meta app that sends (App settings → Basic).";
    problems.push(problem("warning", "posts_unauthorized", what, remedy));
  }
  return problems;
}

function silentAccounts({ accounts }: Observed, now: Date): StatusProblem[] {
  return accounts
    .map(({ id, lastEventAt }) => ({ id, days: (now.getTime() - Date.parse(lastEventAt)) / day }))
    .filter(({ days }) => days >= 7)
    .map(({ id, days }) => {
      const lasts = `for ${Math.floor(days)} days` as const;
      return diagnosed("warning", { kind: "account_silent", account: id, lasts });
    });
}

function nobodyByName(): StatusProblem {
  const what =
    "OPS_TOKENS is set, though there are tokens by name: the audit cannot say who used it.";
  const remedy =
    "Give each person and service a token of its own (`waypost tokens create`), one of them with the scope admin, then set OPS_TOKENS=off.";
  return problem("warning", "tokens_shared", what, remedy);
}

function quarantineProblems({ store }: Observed): StatusProblem[] {
  const count = store.stats?.quarantine ?? 0;
  if (count === 0) return [];
  return [diagnosed("warning", { kind: "quarantine_growth", count, of: "signed POSTs" })];
}
