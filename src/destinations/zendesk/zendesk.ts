import {
  type BatchItem,
  type BatchOutcome,
  type Delivered,
  DeliveryError,
  type Destination,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { type Api, createApi } from "../http/api.ts";
import { clientCredentials } from "../http/grants.ts";
import { sharedToken } from "../http/token-source.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { said } from "../said.ts";
import { createShared, type Shared } from "../shared.ts";
import { checkZendesk } from "./check-zendesk.ts";
import { deliverTurn } from "./deliver-turn.ts";
import { eraseFrom } from "./erase.ts";
import { judgeZendesk } from "./failure.ts";
import { findComment } from "./find-comment.ts";
import { parseZendeskOptions, type RawOptions, type ZendeskOptions } from "./options.ts";
import { linkHere, type Work } from "./parts.ts";
import { zendeskSchema } from "./schema.ts";
import { bodyOf, changesOf, type Line, lineOf, type Turn, takeTurn } from "./turn.ts";
import { createUpdateWindow } from "./update-window.ts";

/**
 * A user per contact, a ticket per conversation, a comment for what is said within some seconds. Every update carries the keys of its
 * deliveries, by which it is found again.
 */
export const zendesk: DestinationKind<RawOptions> = {
  kind: "zendesk",
  schema: zendeskSchema,
  create: (name, given, { shared }) => createZendesk(name, given, systemClock, shared),
};

/** As many keys of events as an update can carry. */
const mostTogether = 25;
/** From then on both sides speak in one comment. */
const busy = { changes: 4, updates: 15 };

const nothing: Delivered = { answer: "nothing to write" };
const wouldDoNothing: Delivered = { answer: "would do nothing" };

/** `clock`: for tests. Throws OptionError. */
export function createZendesk(
  name: string,
  given: RawOptions,
  clock: Clock = systemClock,
  shared = createShared(),
): Destination {
  const options = parseZendeskOptions(name, given);
  const api = connect(options, clock, shared);
  const account = [options.baseUrl, options.clientId];
  const window = shared.of("zendesk updates", account, () => createUpdateWindow(clock));
  const workOn = (item: BatchItem, signal: AbortSignal): Work => ({
    ...{ options, window, item, made: [] },
    session: api.session(item.event, item.context, signal),
  });
  return {
    kind: "zendesk",
    idempotency: "lookup",
    serialize: "contact",
    files: true,
    readsLog: true,
    shadows: true,
    batch: { along: true, across: false, waitMs: options.debounceMs, most: mostTogether },
    async deliver(event, context, signal) {
      throwIfAborted(signal);
      const item = { event, context };
      const line = await lineOf(item);
      if (line === undefined) return context.shadow ? wouldDoNothing : nothing;
      return deliverTurn(workOn(item, signal), takeTurn([line], options, false));
    },
    async deliverBatch(items, signal) {
      throwIfAborted(signal);
      const lines = await Promise.all(items.map(lineOf));
      const [first, ...others] = lines.filter((line) => line !== undefined);
      const item = items.find((_, at) => lines[at] === first);
      if (first === undefined || item === undefined) return items.map(() => nothing);
      const work = workOn(item, signal);
      const together = isBusy([first, ...others], work);
      const turn = takeTurn([first, ...others], options, together);
      const outcome = await deliverTurn(work, turn).catch(asOutcome(turn));
      return lines.map((line) => outcomeOf(line, turn, outcome));
    },
    find: (event, context, signal) => findComment(workOn({ event, context }, signal)),
    preview(event) {
      const words = said(event);
      if (words === undefined) return undefined;
      const turn = takeTurn([{ event, said: words, key: event.id }], options, false);
      return { author: turn.author, public: turn.isPublic, html_body: bodyOf(turn, new Map()) };
    },
    check: (signal) => checkZendesk(api.plain(signal), options),
    erase: (person, signal) => eraseFrom(api.plain(signal), options, person),
    close: api.close,
  };
}

function connect(options: ZendeskOptions, clock: Clock, shared: Shared): Api {
  const { baseUrl, clientId, clientSecret, scope } = options;
  const url = new URL("/oauth/tokens", baseUrl);
  const account = [baseUrl, clientId, clientSecret, scope];
  return createApi({
    ...{ vendor: "Zendesk", baseUrl, judge: judgeZendesk, secrets: [clientSecret] },
    credentials: {
      token: sharedToken({ shared, clock }, "zendesk", account, (dispatcher) =>
        clientCredentials({ dispatcher, url, clientId, clientSecret, scope }),
      ),
    },
  });
}

/** The two sides alternate quickly, or the ticket has used up half of its updates. */
function isBusy(lines: readonly Line[], { options, window, item }: Work): boolean {
  const { ticket = "" } = linkHere(item.context.link, options);
  return changesOf(lines, options) >= busy.changes || window.used(ticket) >= busy.updates;
}

/** What is refused as a whole is thrown: then each is tried alone, and only what is at fault dies. */
function asOutcome({ lines }: Turn) {
  return (error: unknown): BatchOutcome => {
    if (!(error instanceof DeliveryError)) throw error;
    if (error.verdict === "refused" && lines.length > 1) throw error;
    return error;
  };
}

function outcomeOf(line: Line | undefined, { lines }: Turn, outcome: BatchOutcome): BatchOutcome {
  if (line === undefined) return nothing;
  if (!lines.includes(line)) return comesNext;
  if (outcome instanceof DeliveryError || line === lines[0]) return outcome;
  const { remoteId, answer, link } = outcome;
  return {
    ...(remoteId !== undefined && { remoteId }),
    ...(answer !== undefined && { answer }),
    ...(link !== undefined && { link }),
  };
}

/** Nothing was done for it; it is the head of its conversation now. */
const comesNext = new DeliveryError("outage", "it comes with the next comment", {
  laneOnly: true,
  afterMs: 0,
});
