import { webhook } from "../../src/destinations/webhook/webhook.ts";
import { startStub } from "../destinations/stub.ts";
import { createArrayLog } from "../support/array-log.ts";
import {
  destinationConformance,
  type HttpDestinationUnderTest,
  httpConformance,
} from "./destination.ts";

/** A receiver as Standard Webhooks wants it: what it has seen under an id has no second effect. */
async function open(bot?: object, more: object = {}): Promise<HttpDestinationUnderTest> {
  const seen: string[] = [];
  const stub = await startStub((request) => {
    const id = String(request.headers["webhook-id"]);
    if (!seen.includes(id)) seen.push(id);
    return { status: 200, body: bot ? JSON.stringify({ reply: `for ${id}` }) : "thanks" };
  });
  const secret = `whsec_${Buffer.alloc(32, "k").toString("base64")}`;
  const destination = webhook.create(
    "erp",
    {
      url: `${stub.url}/hooks/hidden-path`,
      secret,
      bearer: "invented-bearer",
      headers: { "x-key": "invented-header" },
      allowPrivateAddresses: true,
      ...bot,
      ...more,
    },
    { log: createArrayLog() },
  );
  return {
    destination,
    stub,
    effects: () => seen,
    secrets: [secret, "invented-bearer", "invented-header", "hidden-path"],
    close: async () => {
      await destination.close();
      await stub.close();
    },
  };
}

destinationConformance("webhook", () => open());
httpConformance("webhook", { bodyDecides: false, conflict: "delivered" }, () => open());

for (const preset of ["zapier", "make", "n8n"]) {
  const openPreset = () => open(undefined, { preset });
  destinationConformance("webhook", openPreset);
  httpConformance("webhook", { bodyDecides: false, conflict: "delivered" }, openPreset);
}

const openBot = () => open({ reply: true, via: "wa" });
destinationConformance("webhook", openBot);
httpConformance(
  "webhook",
  { bodyDecides: true, conflict: "delivered", tooLong: "refused", tellsWhatItMade: false },
  openBot,
);
