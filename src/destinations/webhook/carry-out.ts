import {
  answeredBy,
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  requestReply,
  type WaypostEvent,
} from "../../contracts.ts";
import { derivedEvent, mostDepth } from "../../event/derived-event.ts";
import { isOwnType, setRequestedType } from "../../event/own-types.ts";
import type { BotAnswer } from "./bot-answer.ts";

type Asker = Pick<DeliveryContext, "destination" | "idempotencyKey" | "replying">;

/**
 * What follows from a bot's answer: what is set before what is emitted, so that routes that take the one see the other. Throws
 * DeliveryError where bots answer each other.
 */
export function carryOut(
  { reply, set, emit = [] }: BotAnswer,
  source: WaypostEvent,
  { asker, via, status }: { readonly asker: Asker; readonly via: string; readonly status: number },
): Delivered {
  const says = [
    ...(reply === undefined ? [] : [`a reply through ${via}`]),
    ...(set === undefined ? [] : [`set (${Object.keys(set).join(", ")})`]),
    ...emit.map(({ type }) => type),
  ];
  if (says.length === 0) return { answer: `${status}: it has nothing to say` };
  // A bot that is sent everything is sent what follows from its answers too.
  if (isOwnType(source.type)) {
    return {
      answer: `${status}: left out, for ${source.type} is not answered: ${says.join(", ")}`,
    };
  }
  const at = new Date();
  const made = { source, route: asker.destination, at };
  const key = (what: string) => `${asker.idempotencyKey}:${what}`;
  const events = [
    ...(reply === undefined
      ? []
      : [
          requestReply({
            ...{ ...made, key: key("reply"), via, reply, purpose: "bot", ...setOf(set) },
            ...untilOf(asker.replying?.until, at),
          }),
        ]),
    ...(set === undefined || reply !== undefined
      ? []
      : [
          derivedEvent({
            ...{ ...made, key: key("set"), type: setRequestedType },
            data: { set, answers: answeredBy(source) },
          }),
        ]),
    ...emit.map(({ type, data = {} }, i) =>
      derivedEvent({ ...made, key: key(`emit:${i}`), type, data }),
    ),
  ];
  if (events.some(({ data }) => (data.derived?.depth ?? 0) > mostDepth)) {
    const words = `it answers what follows from ${mostDepth} other answers and emits: it is a loop`;
    throw new DeliveryError("refused", words, { answer: `${status}: ${says.join(", ")}` });
  }
  return { answer: `${status}: ${says.join(", ")}`, events };
}

/** As late as the bot itself could be asked. What a replay has it say anew is of now. */
function untilOf(until: number | undefined, now: Date): { readonly until?: Date } {
  if (until === undefined) return {};
  return { until: new Date(Number.isFinite(until) ? until : now.getTime() + replayedMs) };
}

const replayedMs = 60 * 60_000;

function setOf(set: BotAnswer["set"]) {
  return set === undefined ? {} : { set: { ...set } };
}
