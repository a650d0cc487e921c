import type { Destination } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { tellingNotTaken } from "../not-taken.ts";
import { createShared } from "../shared.ts";
import { checkHubspot } from "./check-hubspot.ts";
import { createHubspotApi } from "./client.ts";
import { deliverEvent } from "./deliver-event.ts";
import { erasePerson } from "./erase-person.ts";
import { logEntry } from "./log-entry.ts";
import { type HubspotOptions, parseHubspotOptions, type RawOptions } from "./options.ts";
import { createRecordUrl } from "./record-url.ts";
import { requiredProperties } from "./requirements.ts";
import { hubspotSchema } from "./schema.ts";

/**
 * Writes contacts, and what both sides say on their timelines; tickets and deals where an event asks for one. Unique properties of HubSpot's
 * keep all of them from being made twice.
 */
export const hubspot: DestinationKind<RawOptions> = {
  kind: "hubspot",
  schema: hubspotSchema,
  create: (name, given, { shared }) =>
    createHubspot(parseHubspotOptions(name, given), systemClock, shared),
};

export function createHubspot(
  options: HubspotOptions,
  clock: Pick<Clock, "monotonic" | "after"> = systemClock,
  shared = createShared(),
): Destination {
  const api = createHubspotApi(options, clock, shared);
  const recordUrl = createRecordUrl(options);
  return {
    kind: "hubspot",
    idempotency: "native",
    serialize: "contact",
    readsLog: true,
    shadows: true,
    ...(options.uploads && options.log !== undefined && { files: true }),
    async deliver(event, context, signal) {
      throwIfAborted(signal);
      const session = api.session(event, context, signal);
      const delivered = await deliverEvent({ session, options, recordUrl }, event, context);
      return tellingNotTaken(delivered, session.notTaken);
    },
    preview: (event) => logEntry(options, event) ?? { nothing: "it says nothing for the timeline" },
    check: (signal) => checkHubspot(api.plain(signal), options, api.plain),
    requirements: (signal) => requiredProperties(api.plain(signal), options, api.plain),
    erase: (person, signal) =>
      erasePerson({ session: api.plain(signal), options }, person, recordUrl),
    close: api.close,
  };
}
