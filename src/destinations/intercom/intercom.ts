import type { Delivered, DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import { personOf } from "../person.ts";
import { said, saidAsText } from "../said.ts";
import { createShared } from "../shared.ts";
import { isFromHistory } from "../ticket-rule.ts";
import { createAccount } from "./account.ts";
import type { Call } from "./call.ts";
import { checkIntercom, requirementsOf } from "./check.ts";
import { createIntercomApi } from "./client.ts";
import { eraseFrom } from "./erase.ts";
import { findWritten } from "./find-written.ts";
import { type IntercomOptions, parseIntercomOptions, type RawOptions } from "./options.ts";
import { intercomSchema } from "./schema.ts";
import { type Saying, write } from "./write.ts";

type Parts = Pick<DestinationParts, "shared"> & { readonly clock?: Clock };

/** A contact for each person, and their conversation with both sides, in Intercom's inbox. */
export const intercom: DestinationKind<RawOptions> = {
  kind: "intercom",
  schema: intercomSchema,
  create: (name, given, parts: Parts) => createIntercom(parseIntercomOptions(name, given), parts),
};

type Attempt = readonly [event: WaypostEvent, context: DeliveryContext, signal: AbortSignal];

function createIntercom(
  options: IntercomOptions,
  { clock = systemClock, shared = createShared() }: Parts,
): Destination {
  const api = createIntercomApi(options, clock, shared);
  const accountFor = createAccount(options);
  /** undefined: it says nothing here, for the reason that is answered with. */
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
    const saying: Saying = {
      said: told,
      own: own === undefined ? undefined : String(own),
      now: () => clock.now(),
    };
    return api.within({ event, context, signal }, async (session) => {
      const account = await accountFor(session);
      return work({ session, options, event, context, person, account }, saying);
    });
  };
  return {
    kind: "intercom",
    idempotency: "lookup",
    serialize: "contact",
    files: true,
    readsLog: true,
    shadows: true,
    deliver: (...given) => attempt(given, write),
    find: (...given) => attempt(given, findWritten),
    preview: (event) => previewOf(event, options),
    check: (signal) => checkIntercom(api.plain(signal), options),
    requirements: (signal) => requirementsOf(api.plain(signal), options),
    async erase(person, signal) {
      const session = api.plain(signal);
      return eraseFrom(session, await accountFor(session), person);
    },
    close: api.close,
  };
}

function previewOf(event: WaypostEvent, { text }: IntercomOptions): unknown {
  const told = said(event);
  if (told === undefined) return { nothing: "it says nothing in a conversation" };
  const own = text?.renderFrom(event);
  return {
    to: event.data.contact?.waId ?? event.data.contact?.userId,
    direction: told.direction,
    body: saidAsText(own === undefined ? told : { ...told, text: String(own) }),
  };
}
