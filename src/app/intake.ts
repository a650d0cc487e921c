import type { Bus, HandleIntake, RefusedIntake, ToldMessage } from "../contracts.ts";
import { encodeEvent } from "../event/encode.ts";
import type { WaypostEvent } from "../event/event.ts";
import { type IntakeOptions, toEvent } from "../event/intake/intake-event.ts";
import type { Metrics } from "../support/metrics.ts";
import { readTold } from "./unpack-told.ts";

interface Parts {
  readonly publish: Bus["publish"];
  /** Of waypost.yaml, as they are now. */
  readonly accounts: () => IntakeOptions["accounts"];
  readonly metrics: Pick<Metrics, "intake">;
}

const publishMs = 30_000;

/**
 * The exchange `waypost.intake` ──▶ events ──▶ bus, in order. Resolves when the bus has confirmed them; a batch that failed
 * comes again, and so may one that was confirmed before its ack: the same ids then absorb it. A message that comes again to this
 * process is the same event, also where it has no id.
 */
export function createIntakeHandler({ publish, accounts, metrics }: Parts): HandleIntake {
  const made = new WeakMap<ToldMessage, WaypostEvent | string>();
  const takeOnce = (message: ToldMessage, options: IntakeOptions) => {
    const taken = made.get(message) ?? take(message, options);
    made.set(message, taken);
    return taken;
  };
  return async (batch, signal) => {
    const options = { accounts: accounts(), receivedAt: new Date() };
    const events: WaypostEvent[] = [];
    const refused: RefusedIntake[] = [];
    for (const [at, message] of batch.entries()) {
      const taken = takeOnce(message, options);
      if (typeof taken === "string") refused.push({ at, reason: taken });
      else events.push(taken);
    }
    const limit = AbortSignal.any([signal, AbortSignal.timeout(publishMs)]);
    if (events.length > 0) await publish(events.map(encodeEvent), limit);
    metrics.intake.inc({ via: "amqp", outcome: "taken" }, events.length);
    metrics.intake.inc({ via: "amqp", outcome: "refused" }, refused.length);
    return refused;
  };
}

/** The event, or why there is none. */
function take(message: ToldMessage, options: IntakeOptions): WaypostEvent | string {
  const told = readTold(message);
  if (typeof told === "string") return told;
  const value = withId(told.value, message.messageId);
  const taken = toEvent(value, options);
  if ("event" in taken) return taken.event;
  const isAmqps = value !== told.value;
  return inWords(
    taken.problems.map((each) =>
      isAmqps && each.path === "/id" ? { ...each, path: "AMQP's message_id" } : each,
    ),
  );
}

/** AMQP's own id of the message stands for one that its body does not have: it stays when RabbitMQ delivers again. */
function withId(value: unknown, messageId: string | undefined): unknown {
  if (messageId === undefined || typeof value !== "object" || value === null) return value;
  return Object.hasOwn(value, "id") || Array.isArray(value) ? value : { ...value, id: messageId };
}

const maxShown = 10;

/** Stands in a header of the message in the dead queue. */
function inWords(problems: readonly { path: string; problem: string; remedy: string }[]): string {
  const shown = problems
    .slice(0, maxShown)
    .map(({ path, problem, remedy }) => `${path || "it"} ${problem}: ${remedy}`);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
