import type {
  BatchItem,
  BatchOutcome,
  Delivered,
  Destination,
  WaypostEvent,
} from "../../contracts.ts";
import { DeliveryError, deliveryError } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { createShared } from "../shared.ts";
import { createChannelTurns } from "./channel-turns.ts";
import { checkSlack } from "./check-slack.ts";
import { slackClients } from "./client.ts";
import { deliverLines } from "./deliver-lines.ts";
import { slackCode } from "./failure.ts";
import { findDelivered } from "./find-delivered.ts";
import { concernsAnother, type Line, lineOf } from "./lines.ts";
import {
  mentionOf,
  parseSlackOptions,
  type RawOptions,
  type SlackOptions,
  slackSchema,
} from "./options.ts";
import { linesOfOnePost, postOf } from "./post.ts";
import { threadOf } from "./thread.ts";
import type { Way } from "./way.ts";

type Parts = DestinationParts & { readonly clock?: Clock };

/**
 * Posts each event to a channel, one thread per conversation, its files behind it. Every post carries the ids of its events, by which it
 * is found again after an unknown outcome; where the token may not read the history, `idempotency` turns to `none` when that shows.
 */
export const slack: DestinationKind<RawOptions> = {
  kind: "slack",
  schema: slackSchema,
  create: (name, given, parts) =>
    createSlack(name, parseSlackOptions(name, given, parts.routeOptions), parts),
};

/** Of one conversation in one post, where so many wait. */
const mostTogether = 25;

function createSlack(name: string, options: SlackOptions, parts: Parts): Destination {
  const { log, ratePerSecond, clock = systemClock, shared = createShared() } = parts;
  const { channel, token, baseUrl } = options;
  const clients = slackClients(options);
  const turns = shared.of("slack channel", [baseUrl, token, channel], () =>
    createChannelTurns(clock),
  );
  const intervalMs = ratePerSecond === undefined ? 0 : 1_000 / ratePerSecond;
  const wayFor = (signal: AbortSignal): Way => ({
    ...{ ...clients.clientFor(signal), agent: clients.agent, signal, log, baseUrl, options },
    ...{ turns, intervalMs },
  });
  let blind = false;
  return {
    kind: "slack",
    files: true,
    shadows: true,
    keepsRate: true,
    batch: { along: true, across: false, waitMs: 0, most: mostTogether },
    readsLog: options.text?.readsLog || options.mention.readsLog || concernsAnother,
    get idempotency(): "lookup" | "none" {
      return blind ? "none" : "lookup";
    },
    async deliver(event, context, signal) {
      throwIfAborted(signal);
      const line = await lineOf({ event, context }, options);
      return context.shadow ? shadowAnswer(line, options) : deliverLines(wayFor(signal), [line]);
    },
    async deliverBatch(items, signal) {
      throwIfAborted(signal);
      const lines = await Promise.all(items.map((item) => lineOrError(item, options)));
      return deliverTogether(wayFor(signal), lines);
    },
    async find(event, context, signal) {
      try {
        const found = await findDelivered(wayFor(signal), event, context);
        blind = false;
        return found;
      } catch (error) {
        if (slackCode(error) !== "missing_scope") throw deliveryError(error);
        if (!blind) log.warn("Slack's token may not read the history", { destination: name });
        blind = true;
        return undefined;
      }
    },
    preview: (event) => previewOf(event, options),
    check: (signal) => checkSlack(clients.clientFor, channel, signal),
    close: clients.close,
  };
}

function lineOrError(item: BatchItem, options: SlackOptions): Promise<Line | DeliveryError> {
  return lineOf(item, options).catch((error: unknown) => deliveryError(error));
}

/** As many as go into one post; what cannot be told at all is refused by itself. */
async function deliverTogether(
  way: Way,
  lines: readonly (Line | DeliveryError)[],
): Promise<BatchOutcome[]> {
  const stop = lines.findIndex((each) => isError(each) && each.verdict !== "refused");
  const [first, ...others] = (stop < 0 ? lines : lines.slice(0, stop)).filter(isLine);
  const taken = first ? linesOfOnePost([first, ...others], way.options) : undefined;
  const outcome = taken && (await deliverLines(way, taken).catch(asOutcome(taken)));
  return lines.map((each) => {
    if (isError(each)) return each;
    return outcome !== undefined && taken?.includes(each) ? outcome : comesNext;
  });
}

function isLine(each: Line | DeliveryError): each is Line {
  return !isError(each);
}

function isError(each: Line | DeliveryError): each is DeliveryError {
  return each instanceof DeliveryError;
}

/** What is refused as a whole is thrown: then each is tried alone, and only what is at fault dies. */
function asOutcome(lines: readonly Line[]) {
  return (error: unknown): DeliveryError => {
    const failure = deliveryError(error);
    if (failure.verdict === "refused" && lines.length > 1) throw failure;
    return failure;
  };
}

/** Nothing was done for it; it is the head of its conversation now. */
const comesNext = new DeliveryError("outage", "it comes with the next post", {
  laneOnly: true,
  afterMs: 0,
});

/** In shadow. */
function shadowAnswer({ item, kept, absent = [] }: Line, { channel }: SlackOptions): Delivered {
  const thread = threadOf(item.context.link, channel);
  const files = [
    ...(kept.length > 0 ? [`upload ${kept.length === 1 ? "a file" : `${kept.length} files`}`] : []),
    ...absent.map(() => "say that a file cannot be had"),
  ];
  const post = thread ? `post in its thread in ${channel}` : `begin a thread in ${channel}`;
  return { answer: `would ${[post, ...files].join("; would ")}` };
}

function previewOf(event: WaypostEvent, options: SlackOptions): unknown {
  const own = options.text?.renderFrom(event);
  const mention = mentionOf(options.mention.renderFrom(event));
  const line = { event, id: event.id, mention, ...(own !== undefined && { text: String(own) }) };
  return postOf([line], { thread: undefined, options });
}
