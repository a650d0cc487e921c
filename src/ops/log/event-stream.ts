import type { Request, RequestHandler, Response } from "express";
import type { Bus, Consumer, EventFilter, EventQuery, WaypostEvent } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { Log } from "../../support/log.ts";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";
import { auditNow } from "../access/audit.ts";
import type { Authentication } from "../access/authenticate.ts";
import { seenBy } from "../access/reach.ts";
import { viewerOf } from "../access/viewer.ts";
import { unavailable } from "../http/problem.ts";
import { parseEventFilter } from "../http/query.ts";
import { shownBy } from "../masking/masking.ts";
import { createSink, type Sink } from "./sink.ts";

/** Live events that may wait while the log is read. */
const maxWaiting = 1_000;
const maxStreams = 50;
const tailDeadlineMs = 5_000;
const lastShown = 10;
/** How far back a client that reconnects with `Last-Event-ID` is served from the log. */
const maxCatchUp = 200;

export interface EventStreams {
  readonly handler: RequestHandler;
  /** Ends every open stream and refuses new ones. */
  closeAll(): void;
}

/**
 * The live tail as server-sent events: the newest ones of the log first, oldest on top, then what comes
 * in, each once. Best effort, like `Bus.tail`: the log is the place to ask what really came.
 */
export function createEventStreams(options: {
  readonly query: EventQuery;
  readonly tail: Bus["tail"];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly whileAllowed: Authentication["whileAllowed"];
}): EventStreams {
  const open = new Set<Sink>();
  let closing = false;

  const handler = async (request: Request, response: Response) => {
    const viewer = viewerOf(response);
    const { accounts } = viewer;
    const filter = { ...parseEventFilter(request.query), ...(accounts && { accounts }) };
    if (closing) throw unavailable("stopping", "Waypost is stopping.");
    if (open.size >= maxStreams) throw unavailable("too-many-tails", "Too many tails are open.");
    const show = shownBy(response);
    const sink = createSink(response, (event) => show("Event", event));
    open.add(sink);
    options.metrics.tails.set(open.size);
    const stopLooking = options.whileAllowed(response, (why) => sink.end(why));
    try {
      const query = seenBy(viewer, options.query);
      const begun = () => auditNow(response, "done");
      await follow(request, sink, filter, { ...options, query, begun });
    } finally {
      stopLooking();
      open.delete(sink);
      options.metrics.tails.set(open.size);
    }
  };
  return {
    handler,
    closeAll: () => {
      closing = true;
      for (const sink of open) sink.end("Waypost is stopping");
    },
  };
}

/** Resolves when the stream has ended, by whichever side. */
async function follow(
  request: Request,
  sink: Sink,
  filter: EventFilter,
  {
    query,
    tail,
    log,
    begun,
  }: { query: EventQuery; tail: Bus["tail"]; log: Log; begun: () => Promise<void> },
): Promise<void> {
  const matches = matcher(filter);
  const waiting: WaypostEvent[] = [];
  let shown: ReadonlySet<string> = new Set();
  let live = false;
  const consumer = await openTail(tail, filter, (event) => {
    if (!matches(event) || shown.has(event.id)) return;
    if (live) sink.send(event);
    else if (waiting.length < maxWaiting) waiting.push(event);
    else sink.end("more came than could be held while the log was read");
  });
  try {
    await begun();
    sink.start();
    shown = await sendNewest(request, sink, filter, query, log);
    for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
      if (!shown.has(event.id)) await sink.sendAndWait(event);
    }
    live = true;
    await sink.ended;
  } finally {
    sink.end("closed");
    await consumer.close();
  }
}

async function openTail(
  tail: Bus["tail"],
  filter: EventFilter,
  onEvent: (event: WaypostEvent) => void,
): Promise<Consumer> {
  const [only, ...more] = filter.types ?? [];
  const opening = tail(only !== undefined && more.length === 0 ? only : "#", onEvent);
  try {
    return await within(tailDeadlineMs, opening);
  } catch {
    opening.then((late) => late.close()).catch(() => undefined);
    throw unavailable("bus-unavailable", "The bus does not answer now.");
  }
}

async function sendNewest(
  request: Request,
  sink: Sink,
  filter: EventFilter,
  query: EventQuery,
  log: Log,
): Promise<ReadonlySet<string>> {
  const last = request.get("last-event-id");
  try {
    const limit = last === undefined ? lastShown : maxCatchUp;
    const { items } = await query.events(filter, { limit });
    const known = items.findIndex((event) => event.id === last);
    const missed = (known === -1 ? items : items.slice(0, known)).toReversed();
    for (const event of missed) await sink.sendAndWait(event);
    return new Set(items.map((event) => event.id));
  } catch (error) {
    log.warn("a tail starts without the newest events: the store does not answer", { error });
    sink.comment("the log does not answer; only what comes in now follows");
    return new Set();
  }
}

function matcher(filter: EventFilter): (event: WaypostEvent) => boolean {
  const types = filter.types?.map(compilePattern);
  const { account, accounts, conversation } = filter;
  return ({ type, data }) =>
    (types === undefined || types.some((matchesType) => matchesType(type))) &&
    (account === undefined ||
      data.account.phoneNumberId === account ||
      data.account.wabaId === account) &&
    (accounts === undefined || accounts.includes(data.account.phoneNumberId ?? "")) &&
    (conversation === undefined || data.conversationId === conversation);
}
