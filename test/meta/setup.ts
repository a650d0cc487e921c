import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { knownFields } from "../../src/meta/fields.ts";
import type { ConnectionOptions } from "../../src/meta/graph-answers.ts";
import type { GraphStub, StubWaba } from "./graph-state.ts";
import { startGraph } from "./graph-stub.ts";

export const appId = "670843887433847";
export const otherApp = "111122223333444";
export const secret = "0123456789abcdef0123456789abcdef";
export const token = "EAAG-an-invented-token";
export const verifyToken = "a-long-verify-token";
export const waba = "900100200300400";
export const number = "700700700700700";
export const scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];

/** A receiver's address: answers the challenge when the token is right. */
export async function startCallback(t: TestContext, answer?: (token: string) => number) {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? "", "http://here").searchParams;
    const given = query.get("hub.verify_token") ?? "";
    const status = answer ? answer(given) : given === verifyToken ? 200 : 403;
    response.writeHead(status).end(status === 200 ? query.get("hub.challenge") : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/whatsapp`;
}

export function wabaOf(changes: Partial<StubWaba> = {}): StubWaba {
  return {
    name: "Acme",
    subscribed: new Map(),
    numbers: new Map([[number, { display: "+1 555-555-0100", name: "Acme Shop" }]]),
    ...changes,
  };
}

/** An app with nothing set yet, one account with one number, and a token that sees it. */
export async function startMeta(t: TestContext): Promise<GraphStub> {
  const graph = await startGraph();
  t.after(() => graph.close());
  graph.apps.set(appId, { name: "Acme Bot", secret });
  graph.apps.set(otherApp, { name: "Other CRM", secret: "f".repeat(32) });
  graph.wabas.set(waba, wabaOf());
  graph.tokens.set(token, { appId, scopes, wabas: [waba] });
  return graph;
}

export function optionsFor(
  graph: GraphStub,
  changes: Partial<ConnectionOptions> = {},
): ConnectionOptions {
  return {
    ...{ graphUrl: graph.url, appId, appSecrets: [secret], accessToken: token },
    ...{ wabaIds: [], accounts: {}, fields: knownFields },
    signal: AbortSignal.timeout(10_000),
    ...changes,
  };
}
