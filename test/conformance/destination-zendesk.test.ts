import { zendesk } from "../../src/destinations/zendesk/zendesk.ts";
import type { Fault } from "../destinations/stub.ts";
import {
  clientId,
  clientSecret,
  startZendeskStub,
  writesTicket,
} from "../destinations/zendesk/stub.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  batchConformance,
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

async function open(): Promise<HttpDestinationUnderTest> {
  // As fast as the tests are.
  const stub = await startZendeskStub({ perMinute: 100_000 });
  const options = { baseUrl: stub.url, clientId, clientSecret };
  const destination = zendesk.create("support", options, { log: createArrayLog() });
  return {
    destination,
    // Of several requests in an attempt, those that write the ticket are what the promises are about.
    stub: {
      ...stub,
      // A token that is refused is replaced once: only the second answer says something of the credentials.
      fail: (...faults) => stub.fail(...faults.flatMap(twiceIf401)),
      get requests() {
        return stub.requests.filter(writesTicket);
      },
    },
    effects: stub.effects,
    secrets: [clientSecret, "invented-token"],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
}

function twiceIf401(fault: Fault): Fault[] {
  return typeof fault === "object" && fault.status === 401 ? [fault, fault] : [fault];
}

destinationConformance("zendesk", open);
shadowConformance("zendesk", open);
batchConformance("zendesk", open);
httpConformance("zendesk", { bodyDecides: true, conflict: "outage" }, open);
