import {
  type Attempt,
  type Delivery,
  type DestinationRow,
  type NotDelivered,
  pauseAt,
  pausedInWords,
  type WaypostEvent,
} from "../../contracts.ts";

/** Something that happened to an event, or is about to. */
export interface TimelineStep {
  /** Of what is still to come, when it is due; of `not-sent`, when the event was received. */
  readonly at: string;
  readonly kind:
    | "received"
    | "durable"
    | "stored"
    | "opened"
    | "attempt"
    | "waiting"
    | "scheduled"
    | "taken"
    | "dead"
    | "skipped"
    | "not-sent";
  readonly destination?: string;
  readonly delivery?: string;
  /** In our words. */
  readonly words: string;
  /** In the vendor's, which may repeat what the event says. */
  readonly detail?: string;
  readonly ms?: number;
}

export interface TimelineParts {
  readonly event: WaypostEvent;
  readonly storedAt: Date | undefined;
  readonly deliveries: readonly Delivery[];
  readonly notDelivered: readonly NotDelivered[];
  /** How the destinations fare. */
  readonly rows: readonly DestinationRow[];
  readonly now: Date;
}

/** Oldest first; what is still to come last. Pure. */
export function timelineOf(parts: TimelineParts): TimelineStep[] {
  const { deliveries, notDelivered, rows, now } = parts;
  const rowOf = new Map(rows.map((row) => [row.name, row]));
  const past = [...beforeDelivery(parts), ...deliveries.flatMap(pastOf)];
  const open = deliveries.flatMap((each) => nextOf(each, rowOf.get(each.destination), now));
  const receivedAt = isoTime(parts.event.data.receivedAt);
  const notSent = notDelivered.map(({ destination, says }): TimelineStep => {
    const words = `Not sent to ${destination}: ${says}.`;
    return { at: receivedAt, kind: "not-sent", destination, words };
  });
  return [...past.sort(byTime), ...open.sort(byTime), ...notSent];
}

/** The sort keeps the order of equals: what is told first came first. */
function byTime(a: TimelineStep, b: TimelineStep): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

function isoTime(at: string): string {
  return new Date(at).toISOString();
}

function beforeDelivery({ event, storedAt }: TimelineParts): TimelineStep[] {
  const at = isoTime(event.data.receivedAt);
  const stored: TimelineStep[] =
    storedAt === undefined
      ? [{ at, kind: "stored", words: "Stored in the log; when is not known." }]
      : [{ at: storedAt.toISOString(), kind: "stored", words: storedWords(storedAt, at) }];
  return [...origin(event, at), ...stored];
}

function origin({ postid, type, data, spooled }: WaypostEvent, at: string): TimelineStep[] {
  if (data.derived !== undefined) {
    return [{ at, kind: "received", words: "Made by Waypost, from another event." }];
  }
  if (postid === "intake") {
    const words = "Told by one of your services; durable before it was answered 202.";
    return [{ at, kind: "received", words: `${type}: ${words}` }];
  }
  if (!postid.startsWith("pst_")) return [{ at, kind: "received", words: "Made by Waypost." }];
  const durable = spooled
    ? "Kept on the receiver's disk before the POST was answered 200, then passed on to the bus."
    : "Confirmed by the bus before the POST was answered 200.";
  return [
    { at, kind: "received", words: `Received in the POST ${postid}.` },
    { at, kind: "durable", words: durable },
  ];
}

/** Longer than the bus alone takes. */
const longMs = 5_000;

function storedWords(storedAt: Date, receivedAt: string): string {
  const ms = storedAt.getTime() - Date.parse(receivedAt);
  if (ms < longMs) return "Stored in the log.";
  return `Stored in the log, ${inWords(ms)} later: until then it waited.`;
}

function pastOf(delivery: Delivery): TimelineStep[] {
  const { destination, id, createdAt, route, replay, history } = delivery;
  const by = replay === undefined ? `by the route ${route}` : `by the replay ${replay}`;
  const about = { destination, delivery: id };
  return [
    { at: createdAt, kind: "opened", ...about, words: `For ${destination}, ${by}.` },
    ...history.map((attempt) => ({ ...about, ...attemptStep(attempt, destination) })),
    ...endOf(delivery).map((step) => ({ ...about, ...step })),
  ];
}

const outcomes: Readonly<Record<Attempt["outcome"], string>> = {
  delivered: "took it",
  found: "had it already, from an earlier attempt",
  outage: "could not take it then",
  refused: "refused it",
  config: "could not be reached with the credentials or options that it has",
};

function attemptStep(attempt: Attempt, destination: string): TimelineStep {
  const { at, ms, outcome, answer, nextAt } = attempt;
  const next = nextAt === undefined ? "" : `; next attempt ${nextAt}`;
  const words = `${destination} ${outcomes[outcome]}${next}.`;
  return { at, kind: "attempt", words, ...(answer !== undefined && { detail: answer }), ms };
}

function endOf({ state, destination, doneAt, createdAt, reason }: Delivery): TimelineStep[] {
  const at = doneAt ?? createdAt;
  const why = reason === undefined ? {} : { detail: reason };
  if (state === "delivered") return [{ at, kind: "taken", words: `Taken by ${destination}.` }];
  if (state === "dead") {
    return [{ at, kind: "dead", words: `Gave up on ${destination}. It can be retried.`, ...why }];
  }
  if (state !== "skipped") return [];
  return [{ at, kind: "skipped", words: `Not wanted for ${destination} at its turn.`, ...why }];
}

/** What comes next, of a delivery that is not over. */
function nextOf(
  { destination, id, state, nextAt, createdAt }: Delivery,
  row: DestinationRow | undefined,
  now: Date,
): TimelineStep[] {
  const about = { destination, delivery: id };
  const at = isoTime(nextAt ?? createdAt);
  if (state === "scheduled") {
    return [{ at, kind: "scheduled", ...about, words: `Scheduled for ${destination}.` }];
  }
  if (state === "sending" && nextAt === undefined) {
    const words = `On its way to ${destination}, or the answer was lost: then it is asked for.`;
    return [{ at: now.toISOString(), kind: "waiting", ...about, words }];
  }
  if (state !== "open" && state !== "sending") return [];
  const due = nextAt !== undefined && at > now.toISOString() ? at : now.toISOString();
  const words = `Waits for ${destination}: ${whyItWaits(row, due > now.toISOString(), now)}`;
  return [{ at: due, kind: "waiting", ...about, words }];
}

function whyItWaits(row: DestinationRow | undefined, isDue: boolean, now: Date): string {
  const pause = pauseAt(row?.pause, now.getTime());
  if (pause !== undefined) return `it is ${pausedInWords(pause)}. Nothing is lost.`;
  if (row?.breaker === "open") {
    const since = row.breakerSince === undefined ? "" : ` since ${row.breakerSince}`;
    return `it is out${since}. It is tried again and again, and nothing is lost.`;
  }
  if (isDue) return "its next attempt is due then.";
  return "its turn comes behind what is before it in the same conversation.";
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
