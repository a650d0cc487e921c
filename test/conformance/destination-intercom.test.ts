import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { intercomToken, says, startIntercomStub } from "../destinations/intercom/stub.ts";
import { spoken } from "../destinations/spoken.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

const open = async (): Promise<HttpDestinationUnderTest> => {
  const { stub, workspace } = await startIntercomStub({ limit: 1_000_000 });
  const options = { token: intercomToken, baseUrl: stub.url };
  const { destination, idOf } = spoken(
    intercom.create("support", options, { log: createArrayLog() }),
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
    effects: () => workspace.effects.map(({ body }) => idOf(body)),
    secrets: [intercomToken],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
};
destinationConformance("intercom", open);
shadowConformance("intercom", open);
httpConformance("intercom", { bodyDecides: true, conflict: "refused" }, open);
