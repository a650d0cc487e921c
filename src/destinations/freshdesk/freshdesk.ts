import type { Delivered, DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import { previewSaying, type Saying, sayingOf } from "../desk/saying.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { createShared } from "../shared.ts";
import type { Call } from "./call.ts";
import { checkFreshdesk, requirementsOf } from "./check.ts";
import { createFreshdeskApi } from "./client.ts";
import { eraseFrom } from "./erase.ts";
import { findWritten } from "./find-written.ts";
import { type FreshdeskOptions, parseFreshdeskOptions, type RawOptions } from "./options.ts";
import { freshdeskSchema } from "./schema.ts";
import { write } from "./write.ts";

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
    const says = await sayingOf(event, context, options.text);
    if (!("saying" in says)) return says;
    const { person, saying } = says;
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
    preview: (event) => previewSaying(event, options.text),
    check: (signal) => checkFreshdesk(api.plain(signal), options),
    requirements: (signal) => requirementsOf(api.plain(signal), options),
    erase: (person, signal) => eraseFrom(api.plain(signal), options, person),
    close: api.close,
  };
}
