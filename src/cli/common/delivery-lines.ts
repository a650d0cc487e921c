import type { Delivery } from "../../client/client.ts";
import { duration, escapeControls, localTime, pad } from "./terminal.ts";

type Attempt = Delivery["history"][number];

/** A delivery on two lines: when, its state and its id whole, so that it can be copied; then what is known of it. */
export function deliveryLines(delivery: Delivery, now: Date): string[] {
  const { state, id, createdAt, eventType, route } = delivery;
  return [
    `${localTime(createdAt)}  ${pad(state, 9)}  ${id}`,
    `  ${eventType}, by ${route}: ${summary(delivery, now)}`,
  ].map(escapeControls);
}

/** Under its event: where it goes, its state and what is known of it. */
export function deliveryUnderEvent(delivery: Delivery, now: Date): string {
  const { destination, state, doneAt, history } = delivery;
  const at = doneAt ?? history.at(-1)?.at;
  const when = at === undefined ? "" : `${localTime(at)}  `;
  return escapeControls(`${when}→ ${destination}  ${state}: ${summary(delivery, now)}`);
}

/** The same with every attempt that is kept. */
export function deliveryWithAttempts(delivery: Delivery, now: Date): string[] {
  return [...deliveryLines(delivery, now), ...delivery.history.map(attemptLine)];
}

function summary(delivery: Delivery, now: Date): string {
  const { state, history, nextAt, reason, remoteId } = delivery;
  const last = history.at(-1);
  if (state === "delivered") return remoteId === undefined ? "done" : `done, as ${remoteId}`;
  if (state === "dead") return reason ?? "gave up";
  if (state === "skipped") return reason ?? "no route held at its turn";
  if (state === "scheduled") return due(nextAt ?? "", now);
  if (state === "sending") return "on its way, or its answer was lost";
  if (last === undefined) return next(nextAt, now);
  return `${outcome(last)}; ${next(nextAt, now)}`;
}

function due(at: string, now: Date): string {
  const left = Date.parse(at) - now.getTime();
  return `due ${localTime(at)}, ${left > 0 ? `in ${duration(left)}` : "any moment"}`;
}

function next(nextAt: string | undefined, now: Date): string {
  const ms = Date.parse(nextAt ?? "") - now.getTime();
  return ms > 0 ? `next try in ${duration(ms)}` : "waits for its turn";
}

function attemptLine(attempt: Attempt): string {
  const { at, ms, nextAt } = attempt;
  const more = nextAt === undefined ? "" : `, next ${localTime(nextAt)}`;
  return escapeControls(`    ${localTime(at)}  ${ms} ms  ${outcome(attempt)}${more}`);
}

function outcome({ outcome: what, answer }: Attempt): string {
  return answer === undefined ? what : `${what}: ${answer}`;
}
