import type { StubObject } from "../../../test/destinations/hubspot/portal.ts";
import { hubspotToken, startHubspotStub } from "../../../test/destinations/hubspot/stub.ts";
import type { StandIn } from "../stand-in.ts";

export async function hubspot(): Promise<StandIn> {
  const { stub, portal } = await startHubspotStub({ specification: false });
  const inWords = ({ type, properties }: StubObject): string => {
    const { firstname = "", phone = "", dealname, amount, hubspot_owner_id: owner } = properties;
    const consent = properties["whatsapp_consent"];
    if (type === "contacts") {
      return `HubSpot: contact ${firstname} ${phone} ${consent ? `has consent ${consent}` : "is made"}`;
    }
    if (type === "0-3")
      return `HubSpot: deal "${dealname}" of ${amount} is made, for owner ${owner}`;
    if (type === "tickets") return `HubSpot: ticket "${properties["subject"]}" is made`;
    const body = properties["hs_communication_body"] ?? properties["hs_note_body"] ?? "";
    return `HubSpot: on the timeline: ${body.replace(/<[^>]*>/g, " ").trim()}`;
  };
  return {
    options: () => ({ baseUrl: stub.url, token: hubspotToken }),
    book: () => [...portal.objects.values()].map(inWords),
    close: () => stub.close(),
  };
}
