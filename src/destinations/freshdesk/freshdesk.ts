import type { Delivered, DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import { personOf } from "../person.ts";
import { said, saidAsText } from "../said.ts";
import { createShared } from "../shared.ts";
import { isFromHistory } from "../ticket-rule.ts";
import type { Call } from "./call.ts";
import { checkFreshdesk, requirementsOf } from "./check.ts";
import { createFreshdeskApi } from "./client.ts";
import { eraseFrom } from "./erase.ts";
import { findWritten } from "./find-written.ts";
import { type FreshdeskOptions, parseFreshdeskOptions, type RawOptions } from "./options.ts";
import { freshdeskSchema } from "./schema.ts";
import { type Saying, write } from "./write.ts";

type Parts = Pick<DestinationParts, "shared"> & { readonly clock?: Clock };

/** A contact for each person, and a ticket for each conversation, with both sides as its notes. */
export const freshdesk: DestinationKind<RawOptions> = {
  kind: "freshdesk",
  schema: freshdeskSchema,
  create: (name, given, parts: Parts) => createFreshdesk(parseFreshdeskOptions(name, given), parts),
};

type Attempt = readonly [event: WaypostEvent, context: DeliveryContext, signal: AbortSignal];

function createFreshdesk(
  options: FreshdeskOptions,
  { clock = systemClock, shared = createShared() }: Parts,
): Destination {
  const api = createFreshdeskApi(options, clock, shared);
  const attempt = async <T>(
    [event, context, signal]: Attempt,
    work: (call: Call, saying: Saying) => Promise<T>,
  ): Promise<T | Delivered> => {
    throwIfAborted(signal);
    if (isFromHistory(event)) return { answer: "nothing to write: it is from the history" };
    const concerned = said(event) && (await context.concerned());
    const files = await context.files();
    const told = said(event, concerned, files);
    if (told === undefined) return nothingToWrite("it says nothing in a conversation", context);
    const person = await personOf(event, context);
    if (person === undefined) return nothingToWrite("it is about no single person", context);
    const own = await options.text?.render(context);
    const saying: Saying = { said: told, own: own === undefined ? undefined : String(own) };
    return api.within({ event, context, signal }, (session) =>
      work({ session, options, event, context, person }, saying),
    );
  };
  return {
    kind: "freshdesk",
    idempotency: "lookup",
    serialize: "contact",
    files: true,
    readsLog: true,
    shadows: true,
    deliver: (...given) => attempt(given, write),
    find: (...given) => attempt(given, findWritten),
    preview: (event) => previewOf(event, options),
    check: (signal) => checkFreshdesk(api.plain(signal), options),
    requirements: (signal) => requirementsOf(api.plain(signal), options),
    erase: (person, signal) => eraseFrom(api.plain(signal), options, person),
    close: api.close,
  };
}

function previewOf(event: WaypostEvent, { text }: FreshdeskOptions): unknown {
  const told = said(event);
  if (told === undefined) return { nothing: "it says nothing in a conversation" };
  const own = text?.renderFrom(event);
  return {
    to: event.data.contact?.waId ?? event.data.contact?.userId,
    incoming: told.direction === "in",
    body: saidAsText(own === undefined ? told : { ...told, text: String(own) }),
  };
}
