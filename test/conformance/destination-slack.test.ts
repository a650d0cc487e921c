import { slack } from "../../src/destinations/slack/slack.ts";
import {
  eventsTold,
  slackChannel,
  slackToken,
  startSlackStub,
} from "../destinations/slack-stub.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  batchConformance,
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";
import { shadowConformance } from "./destination-shadow.ts";

for (const channel of [slackChannel, "#support"]) {
  const open = async (): Promise<HttpDestinationUnderTest> => {
    const side = await startSlackStub();
    const { stub, baseUrl } = side;
    const options = { token: slackToken, channel, baseUrl };
    const destination = slack.create("support", options, { log: createArrayLog() });
    return {
      destination,
      stub,
      effects: () => eventsTold(side),
      secrets: [slackToken],
      close: async () => {
        await destination.close();
        await stub.close();
      },
    };
  };
  destinationConformance("slack", open);
  batchConformance("slack", open);
  shadowConformance("slack", open);
  httpConformance("slack", { bodyDecides: true, conflict: "refused" }, open);
}
