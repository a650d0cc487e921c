import type { DeliveryContext, Destination, WaypostEvent } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { tellingNotTaken } from "../not-taken.ts";
import { said } from "../said.ts";
import { createShared } from "../shared.ts";
import { attachable } from "./attachments.ts";
import { checkSalesforce } from "./check.ts";
import { createClient } from "./client.ts";
import type { Entry, Parts } from "./entry.ts";
import { erasePerson } from "./erase.ts";
import { parseSalesforceOptions, type RawOptions } from "./options.ts";
import { externalKey } from "./person-keys.ts";
import { recover } from "./recover.ts";
import { requirementsOf } from "./requirements.ts";
import { salesforceSchema } from "./schema.ts";
import { nothing, writeEntry } from "./write-entry.ts";

/**
 * Keeps people as contacts or leads, and what they and the business write as Tasks; opens Cases and comments on them. All that one event
 * makes is one request that Salesforce takes as a whole or not at all.
 */
export const salesforce: DestinationKind<RawOptions> = {
  kind: "salesforce",
  schema: salesforceSchema,
  create: (name, given, { shared }) => createSalesforce(name, given, systemClock, shared),
};

export function createSalesforce(
  name: string,
  given: RawOptions,
  clock: Pick<Clock, "monotonic" | "now"> = systemClock,
  shared = createShared(),
): Destination {
  const options = parseSalesforceOptions(name, given);
  const client = createClient(options, clock, shared);
  const parts: Parts = { options, client, clock, openCases: new Map() };
  return {
    kind: "salesforce",
    idempotency: "lookup",
    serialize: "contact",
    shadows: true,
    readsLog: true,
    ...(options.files && { files: true }),
    async deliver(event, context, signal) {
      throwIfAborted(signal);
      const entry = await entryOf(parts, event, context);
      if (entry === undefined) return nothing(context, "nothing to write");
      const org = await client.org(event, context, signal);
      return tellingNotTaken(await writeEntry(parts, org, entry), org.session.notTaken);
    },
    async find(event, context, signal) {
      const entry = await entryOf(parts, event, context);
      return entry && recover(parts, await client.org(event, context, signal), entry);
    },
    preview: (event) => previewOf(parts, event),
    check: (signal) => checkSalesforce(options, client.plain(signal)),
    requirements: async (signal) => requirementsOf(options, client.plain(signal)),
    erase: (person, signal) => erasePerson(parts, client.plain(signal), person),
    close: client.close,
  };
}

/** undefined: it says nothing in a conversation. What a destination has made is no news for the record that it is in. */
async function entryOf(
  { options }: Parts,
  event: WaypostEvent,
  context: DeliveryContext,
): Promise<Entry | undefined> {
  if (said(event) === undefined) return undefined;
  const files = attachable(await context.files(), options);
  const words = said(event, await context.concerned(), files);
  if (words === undefined) return undefined;
  const key = externalKey(effectId(event, context));
  const opens = options.case?.opens(event.type) ?? false;
  return { event, context, said: words, key, opens, contact: await context.contact() };
}

function previewOf({ options }: Parts, event: WaypostEvent): unknown {
  const words = said(event);
  if (words === undefined) return { skipped: "nothing to write" };
  const opens = options.case?.opens(event.type) ?? false;
  return { object: options.object, log: options.log, ...(opens && { case: true }), said: words };
}
