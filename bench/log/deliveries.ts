/** What destinations made of a made log: most was taken, some was not wanted, some gave up, and the last of it still waits. */
import type { Attempt, DeliveryChange, NewDelivery, WaypostEvent } from "../../src/contracts.ts";
import { type Chance, chanceOf } from "./people.ts";
import type { Happening } from "./schedule.ts";

export const destinations = ["crm", "erp", "bot", "slack-support", "zendesk"] as const;
type Destination = (typeof destinations)[number];

/** Of this long before the end, rows of a paused destination wait. */
const pausedMs = 3 * 86_400_000;
export const paused: Destination = "zendesk";

interface Wanted {
  readonly destination: Destination;
  readonly route: string;
  /** Of a route with `after`: when it is due. */
  readonly nextAt?: string;
}

export interface Row {
  readonly row: NewDelivery;
  /** undefined: it waits. */
  readonly change: DeliveryChange | undefined;
}

/** The rows of an event, which the caller numbers by destination. */
export function rowsOf(
  event: WaypostEvent,
  happening: Happening,
  { to, seqOf }: { readonly to: number; readonly seqOf: (destination: string) => number },
): Row[] {
  const { conversation, message, at } = happening;
  const chance = chanceOf(conversation * 7 + message * 13 + event.type.length);
  const { account, receivedAt, conversationId } = event.data;
  const { wabaId, phoneNumberId } = account;
  return wantedOf(happening, event.type, chance).map(({ destination, route, nextAt }) => {
    const id = `${destination}:${event.id}${nextAt === undefined ? "" : `:${route}`}`;
    const row: NewDelivery = {
      ...{ id, destination, eventId: event.id, eventType: event.type, route },
      account: { ...(wabaId && { wabaId }), ...(phoneNumberId && { phoneNumberId }) },
      laneKeys: [nextAt === undefined ? (conversationId ?? event.id) : id],
      seq: seqOf(destination),
      createdAt: receivedAt,
      ...(nextAt !== undefined && Date.parse(nextAt) > to && { nextAt }),
    };
    const waits = row.nextAt !== undefined || (destination === paused && at > to - pausedMs);
    return { row, change: waits ? undefined : endOf(id, destination, at, chance) };
  });
}

function wantedOf({ kind, at }: Happening, type: string, chance: Chance): Wanted[] {
  const wanted: Wanted[] = [];
  const isText = type === "whatsapp.message.text";
  if (kind === "in") {
    wanted.push({ destination: "crm", route: "messages-to-crm" });
    if (isText) wanted.push({ destination: "bot", route: "bot-answers" });
    if (chance() < 0.08) wanted.push({ destination: "slack-support", route: "escalations" });
    if (!isText && chance() < 0.4) wanted.push({ destination: "zendesk", route: "pictures" });
    if (chance() < 0.03) {
      const nextAt = new Date(at + 2 * 86_400_000).toISOString();
      wanted.push({ destination: "crm", route: "ask-again-later", nextAt });
    }
  }
  if (kind === "out" && chance() < 0.5) wanted.push({ destination: "erp", route: "answers" });
  if (kind === "business") wanted.push({ destination: "erp", route: "orders" });
  if (kind === "failed") wanted.push({ destination: "zendesk", route: "failures" });
  return wanted;
}

const reasons = [
  "route bot-answers: only, held since",
  "route bot-answers: only, the contact has the tag vip",
  "it was older than maxAge when its turn came",
] as const;

function endOf(id: string, destination: Destination, at: number, chance: Chance): DeliveryChange {
  const ms = 20 + Math.floor(chance() ** 4 * 3_000);
  const doneAt = new Date(at + 50 + ms).toISOString();
  const done = { id, nextAt: null, doneAt } as const;
  const share = chance();
  if (share < (destination === "bot" ? 0.35 : 0.01)) {
    const reason = reasons[Math.floor(chance() * reasons.length)] as string;
    // Nearly all are skipped before an attempt; some destinations say so after one.
    const history = chance() < 0.1 ? [attempt(at, ms, "outage")] : [];
    return { ...done, state: "skipped", reason, attempts: history.length, history };
  }
  const later = chance();
  if (later < 0.012) {
    const reason = "the receiver answered 422";
    const history = [attempt(at, ms, "refused", "422 unknown field")];
    return { ...done, state: "dead", reason, attempts: 1, history };
  }
  if (later < 0.015) {
    const history = Array.from({ length: 8 }, (_, i) =>
      attempt(at + i * 600_000, ms, "outage", "503"),
    );
    const reason = "gave up after 8 attempts while others succeeded: 503";
    return { ...done, state: "dead", reason, attempts: 8, history };
  }
  const before = later < 0.05 ? [attempt(at, ms, "outage", "503")] : [];
  const outcome = later > 0.993 ? ("found" as const) : ("delivered" as const);
  const history = [...before, attempt(at + before.length * 1_000, ms, outcome)];
  return {
    ...done,
    state: "delivered",
    attempts: history.length,
    history,
    remoteId: id.slice(-12),
  };
}

function attempt(at: number, ms: number, outcome: Attempt["outcome"], answer?: string): Attempt {
  return { at: new Date(at + 50).toISOString(), ms, outcome, ...(answer && { answer }) };
}
