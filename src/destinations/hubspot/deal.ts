import type { DeliveryContext } from "../../contracts.ts";
import type { RecordOptions } from "./options.ts";
import { renderProperties } from "./properties.ts";
import { type Hub, type HubspotRecord, makeOnce } from "./records.ts";

/** HubSpot's number for this association. */
const toContact = 3;

/** The deal of an event that asks for one: one for each, however often it is delivered. undefined in shadow. */
export async function dealFor(
  hub: Hub,
  context: DeliveryContext,
  { deal, contact }: { readonly deal: RecordOptions; readonly contact: string },
): Promise<HubspotRecord | undefined> {
  return makeOnce(hub, {
    type: "0-3",
    would: "create a deal",
    unique: [hub.options.eventProperty, context.idempotencyKey],
    properties: { pipeline: deal.pipeline, dealstage: deal.stage },
    spare: await renderProperties(deal.content, context),
    associations: [{ to: contact, typeId: toContact }],
  });
}
