import { createSalesforce } from "../../src/destinations/salesforce/salesforce.ts";
import {
  actingStub,
  clientId,
  clientSecret,
  startSalesforceStub,
} from "../destinations/salesforce/stub.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

const open = (options: object) => async (): Promise<HttpDestinationUnderTest> => {
  const under = await startSalesforceStub();
  const given = { loginUrl: under.stub.url, clientId, clientSecret, ...options };
  const destination = createSalesforce("crm", given);
  return {
    destination,
    stub: actingStub(under),
    effects: () =>
      under.org
        .all("Task")
        .map(
          ({ Waypost_Event_Id__c: field, Description }) =>
            String(field ?? "") || (/\[waypost (\S+)\]$/.exec(String(Description))?.[1] ?? ""),
        ),
    secrets: [clientId, clientSecret, "00D_1"],
    close: async () => {
      await destination.close();
      await under.stub.close();
    },
  };
};

const withField = open({ eventId: "Waypost_Event_Id__c" });
const withMarker = open({});
destinationConformance("salesforce", withField);
destinationConformance("salesforce", withMarker);
// A Task is found again by its marker here, which is the harder of the two.
httpConformance("salesforce", { bodyDecides: true, conflict: "refused" }, withMarker);
shadowConformance("salesforce", withField);
