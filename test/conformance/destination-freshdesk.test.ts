import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { freshdeskKey, says, startFreshdeskStub } from "../destinations/freshdesk/stub.ts";
import { spoken } from "../destinations/spoken.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

const open = async (): Promise<HttpDestinationUnderTest> => {
  const { stub, desk } = await startFreshdeskStub({ limit: 1_000_000 });
  const options = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url };
  const { destination, idOf } = spoken(
    freshdesk.create("desk", options, { log: createArrayLog() }),
  );
  return {
    destination,
    // Look-ups come before whatever is said.
    stub: {
      ...stub,
      get requests() {
        return stub.requests.filter(says);
      },
    },
    effects: () => desk.effects.map(idOf),
    secrets: [freshdeskKey, Buffer.from(`${freshdeskKey}:X`).toString("base64")],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
};
destinationConformance("freshdesk", open);
shadowConformance("freshdesk", open);
httpConformance("freshdesk", { bodyDecides: true, conflict: "refused" }, open);
