import type { DestinationRow } from "./ledger.ts";
import { deadQueueName } from "./queue-names.ts";

type Pause = NonNullable<DestinationRow["pause"]>;

/** Something that is wrong, of what both `waypost status` and the alerts tell. Each decides when it is worth telling. */
export type Finding =
  | {
      readonly kind: "destination_paused";
      readonly name: string;
      readonly pause: Pause;
    }
  | {
      readonly kind: "destination_out";
      readonly name: string;
      readonly lastError?: string | undefined;
      readonly lasts?: Lasts | undefined;
    }
  /** It answers, and something waits for it all the same. */
  | {
      readonly kind: "destination_slow";
      readonly name: string;
      readonly lasts: Lasts;
      readonly lastError?: string | undefined;
    }
  | { readonly kind: "deliveries_dead"; readonly name: string; readonly count: number }
  /** Of one queue. `among`: it stands among other problems of queues, whose words count messages alike. */
  | {
      readonly kind: "messages_dead";
      readonly queue: string;
      readonly count: number;
      readonly among?: "queues";
    }
  | {
      readonly kind: "quarantine_growth";
      readonly count: number;
      readonly of: "signed POSTs" | "POSTs of the last hour";
    }
  | { readonly kind: "account_silent"; readonly account: string; readonly lasts: Lasts };

/** An alert is read later than it was written, and names the moment; a status is read at once. */
type Lasts = `since ${string}` | `for ${number} ${"min" | "days"}`;

export interface Diagnosis {
  /** What it is and of what: the same for as long as it lasts. */
  readonly id: string;
  /** A sentence without its full stop. */
  readonly what: string;
  readonly remedy: string;
}

type Of<K extends Finding["kind"]> = Extract<Finding, { readonly kind: K }>;
const catalogue: { readonly [K in Finding["kind"]]: (finding: Of<K>) => Diagnosis } = {
  destination_paused: ({ name, pause }) => {
    const resume = `\`waypost destinations resume ${name}\``;
    const byOperator = pause.by === "operator";
    return {
      id: `paused:${name}`,
      what: unstopped(`${name} ${byOperator ? "is " : ""}${pausedInWords(pause)}`),
      remedy: byOperator
        ? `When it may go on: ${resume}. Its events wait and nothing is lost.`
        : `Mend that (\`waypost doctor\` checks it), then ${resume}. Its events wait and nothing is lost.`,
    };
  },
  destination_out: ({ name, lastError, lasts }) => ({
    id: `out:${name}`,
    what: [
      lasts === undefined ? `${name} is out` : `${name} has been out ${lasts}`,
      ...(lastError === undefined ? [] : [unstopped(lastError)]),
    ].join(": "),
    remedy: "See what is wrong on its side. Waypost tries again without end, and nothing is lost.",
  }),
  destination_slow: ({ name, lasts, lastError }) => ({
    id: `slow:${name}`,
    what: [
      `The oldest open delivery to ${name} has waited ${lasts}`,
      ...(lastError === undefined ? [] : [unstopped(lastError)]),
    ].join(": "),
    remedy: `\`waypost deliveries --destination ${name} --state open\` shows what waits and why; \`rate\` and \`concurrency\` may be too low, or the vendor's quota is used up.`,
  }),
  deliveries_dead: ({ name, count }) => ({
    id: `dead:${name}`,
    what: `${count === 1 ? "1 delivery" : `${count} deliveries`} to ${name} gave up`,
    remedy: `\`waypost deliveries --destination ${name} --state dead\` says why; \`waypost deliveries retry <id>\` sends one again.`,
  }),
  messages_dead: ({ queue, count, among }) => {
    const counted = count === 1 ? "1 message" : `${count} messages`;
    const are = count === 1 ? "is no event" : "are no events";
    return {
      id: `messages:${queue}`,
      what: `${among === "queues" ? count : counted} in ${deadQueueName(queue)} ${are}`,
      remedy: `Something other than Waypost publishes what is not shaped like an event: the reason stands in each message's header x-waypost-reason in RabbitMQ, and in the log. \`waypost quarantine\` shows what the store got of them. They lie there until \`waypost topology drop-dead ${queue}\` deletes them.`,
    };
  },
  quarantine_growth: ({ count, of }) => ({
    id: "quarantine",
    what:
      count === 1
        ? `1 ${of.replace("POSTs", "POST")} could not be understood, whole or in part. Nothing of it is lost`
        : `${count} ${of} could not be understood, whole or in part. Nothing of them is lost`,
    remedy: "`waypost quarantine` says where and why.",
  }),
  account_silent: ({ account, lasts }) => ({
    id: `silent:${account}`,
    what: `Account ${account} has been silent ${lasts}`,
    remedy:
      "If that is not expected: see the callback URL and the subscribed fields in the Meta app, and the app's access to the account.",
  }),
};

/** What to say of it and what to do about it. Pure. */
export function diagnose<K extends Finding["kind"]>(
  finding: Of<K> & { readonly kind: K },
): Diagnosis {
  return catalogue[finding.kind as K](finding);
}

/** By whom a destination was paused, and why. */
export function pausedInWords({ by, reason, until }: Pause): string {
  const till = until === undefined ? "" : ` until ${until}`;
  return `paused ${by === "operator" ? "by an operator" : "itself"}${till}: ${reason}`;
}

/** One that was for a while is over by itself. */
export function pauseAt(pause: Pause | undefined, now: number): Pause | undefined {
  const isOver = pause?.until !== undefined && Date.parse(pause.until) <= now;
  return isOver ? undefined : pause;
}

/** Reasons come with a full stop or without; more words may follow. */
export function unstopped(text: string): string {
  return text.replace(/\.$/, "");
}
