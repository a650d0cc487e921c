import type { Delivered, DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { previewSaying, sayingOf } from "../desk/saying.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { createShared } from "../shared.ts";
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
    const says = await sayingOf(event, context, options.text);
    if (!("saying" in says)) return says;
    const { person } = says;
    const saying: Saying = { ...says.saying, now: () => clock.now() };
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
    preview: (event) => previewSaying(event, options.text),
    check: (signal) => checkIntercom(api.plain(signal), options),
    requirements: (signal) => requirementsOf(api.plain(signal), options),
    async erase(person, signal) {
      const session = api.plain(signal);
      return eraseFrom(session, await accountFor(session), person);
    },
    close: api.close,
  };
}
