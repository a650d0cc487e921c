import { type DestinationRow, deadQueueName, type QueueState } from "../../contracts.ts";

/** Something that people should hear of once, and again when it is over. */
export interface AlertIncident {
  /** What it is and of what: the same for as long as it lasts. */
  readonly key: string;
  readonly kind:
    | "destination_paused"
    | "destination_out"
    | "deliveries_dead"
    | "messages_dead"
    | "quarantine_growth"
    | "account_silent";
  /** When it began, as far as is known. Another one with the same key is another incident. */
  readonly since: string;
  /** Of what can grow while it lasts. */
  readonly count?: number;
  readonly text: string;
  readonly remedy: string;
}

export interface AlertRules {
  /** Sooner, an open breaker is nobody's business. */
  readonly breakerOpenForMs: number;
  /** More POSTs than these in the last hour. */
  readonly quarantinePerHour: number;
  /** By account name. */
  readonly silenceMs: Readonly<Record<string, number>>;
}

/** All that alerts are made of, as it is at `now`. */
export interface AlertFacts {
  readonly now: number;
  /** Of the configured destinations. */
  readonly rows: readonly DestinationRow[];
  /** undefined: the bus does not answer. */
  readonly queues: readonly QueueState[] | undefined;
  readonly quarantinedLastHour: number;
  /** Of the accounts that have a rule: when they were last heard of. */
  readonly lastHeard: Readonly<Record<string, string>>;
}

/** Pure. */
export function findIncidents(facts: AlertFacts, rules: AlertRules): AlertIncident[] {
  return [
    ...facts.rows.flatMap((row) => [
      ...paused(row),
      ...out(row, facts.now - rules.breakerOpenForMs),
      ...dead(row, facts.now),
    ]),
    ...(facts.queues ?? []).flatMap((queue) => deadMessages(queue, facts.now)),
    ...quarantine(facts, rules),
    ...silence(facts, rules),
  ];
}

/** By itself: of what an operator does nobody need be told. */
function paused({ name, pause }: DestinationRow): AlertIncident[] {
  if (pause === undefined || pause.by === "operator") return [];
  return [
    {
      key: `paused:${name}`,
      kind: "destination_paused",
      since: pause.at,
      text: `${name} paused itself: ${pause.reason}`,
      remedy: `Mend that (\`waypost doctor\` checks it), then \`waypost destinations resume ${name}\`. Its events wait and nothing is lost.`,
    },
  ];
}

function out(row: DestinationRow, before: number): AlertIncident[] {
  const { name, breaker, breakerSince, lastError, pause } = row;
  if (breaker !== "open" || breakerSince === undefined || pause !== undefined) return [];
  if (Date.parse(breakerSince) > before) return [];
  const why = lastError === undefined ? "" : `: ${lastError}`;
  return [
    {
      key: `out:${name}`,
      kind: "destination_out",
      since: breakerSince,
      text: `${name} has been out since ${breakerSince}${why}`,
      remedy:
        "See what is wrong on its side. Waypost tries again without end, and nothing is lost.",
    },
  ];
}

function dead({ name, dead: count }: DestinationRow, now: number): AlertIncident[] {
  if (count === 0) return [];
  return [
    {
      key: `dead:${name}`,
      kind: "deliveries_dead",
      since: new Date(now).toISOString(),
      count,
      text:
        count === 1 ? `1 delivery to ${name} is dead` : `${count} deliveries to ${name} are dead`,
      remedy: `\`waypost deliveries --destination ${name} --state dead\` says why; \`waypost deliveries retry <id>\` sends one again.`,
    },
  ];
}

function deadMessages({ name, dead: count }: QueueState, now: number): AlertIncident[] {
  if (count === 0) return [];
  return [
    {
      key: `messages:${name}`,
      kind: "messages_dead",
      since: new Date(now).toISOString(),
      count,
      text:
        count === 1
          ? `1 message in ${deadQueueName(name)} is no event`
          : `${count} messages in ${deadQueueName(name)} are no events`,
      remedy: `Something other than Waypost publishes what is not shaped like an event: the reason stands in each message's header x-waypost-reason in RabbitMQ, and in the log. \`waypost quarantine\` shows what the store got of them. They lie there, and this stays on, until \`waypost topology drop-dead ${name}\` deletes them.`,
    },
  ];
}

function quarantine(facts: AlertFacts, { quarantinePerHour }: AlertRules): AlertIncident[] {
  const { now, quarantinedLastHour: count } = facts;
  if (count <= quarantinePerHour) return [];
  return [
    {
      key: "quarantine",
      kind: "quarantine_growth",
      since: new Date(now).toISOString(),
      text: `${count} POSTs of the last hour could not be understood, whole or in part`,
      remedy: "`waypost quarantine` says where and why. Nothing of them is lost.",
    },
  ];
}

function silence({ now, lastHeard }: AlertFacts, { silenceMs }: AlertRules): AlertIncident[] {
  return Object.entries(lastHeard)
    .filter(([account, at]) => now - Date.parse(at) > (silenceMs[account] ?? Infinity))
    .map(([account, since]) => ({
      key: `silent:${account}`,
      kind: "account_silent",
      since,
      text: `The account ${account} has been silent since ${since}`,
      remedy:
        "If that is not expected: see the callback URL and the subscribed fields in the Meta app, and the app's access to the account.",
    }));
}
