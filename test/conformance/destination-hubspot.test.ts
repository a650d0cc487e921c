import { createHubspot } from "../../src/destinations/hubspot/hubspot.ts";
import { parseHubspotOptions } from "../../src/destinations/hubspot/options.ts";
import { hurriedClock } from "../destinations/hubspot/hurried-clock.ts";
import { acts, hubspotToken, startHubspotStub } from "../destinations/hubspot/stub.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

for (const log of ["communication", "note"] as const) {
  const open = async (): Promise<HttpDestinationUnderTest> => {
    const { stub, portal } = await startHubspotStub({ specification: false });
    const options = { token: hubspotToken, log, baseUrl: stub.url };
    const destination = createHubspot(parseHubspotOptions("crm", options), hurriedClock);
    const type = log === "note" ? "notes" : "communications";
    return {
      destination,
      // A delivery looks before it writes: what is counted are the writes.
      stub: Object.defineProperty({ ...stub }, "requests", {
        get: () => stub.requests.filter(acts),
      }),
      effects: () =>
        portal.all(type).map(({ properties }) => properties["waypost_id"]?.split(":")[0] ?? ""),
      secrets: [hubspotToken],
      close: async () => {
        await destination.close();
        await stub.close();
      },
    };
  };
  destinationConformance("hubspot", open);
  shadowConformance("hubspot", open);
  if (log === "communication")
    httpConformance("hubspot", { bodyDecides: true, conflict: "refused" }, open);
}
