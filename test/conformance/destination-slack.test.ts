import { slack } from "../../src/destinations/slack/slack.ts";
import { slackChannel, slackToken, startSlackStub } from "../destinations/slack-stub.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";

for (const channel of [slackChannel, "#support"]) {
  const open = async (): Promise<HttpDestinationUnderTest> => {
    const { stub, baseUrl, posts } = await startSlackStub();
    const options = { token: slackToken, channel, baseUrl };
    const destination = slack.create("support", options, { log: createArrayLog() });
    return {
      destination,
      stub,
      effects: () => posts.map(({ metadata }) => metadata.event_payload.event_id),
      secrets: [slackToken],
      close: async () => {
        await destination.close();
        await stub.close();
      },
    };
  };
  destinationConformance("slack", open);
  httpConformance("slack", { bodyDecides: true, conflict: "refused" }, open);
}
