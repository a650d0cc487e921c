import type { Connection, ConnectionStep } from "../contracts.ts";
import { addressFor } from "./fields.ts";
import { type GraphAccess, type GraphFields, graphPost } from "./graph.ts";
import { GraphError } from "./graph-error.ts";
import type { ReadConnection } from "./read-connection.ts";

/** What is to be done, each once, in an order that works: an override is verified against a subscription. Pure. */
export function stepsOf(
  { problems }: Pick<Connection, "problems">,
  options: { readonly overrides: boolean },
): ConnectionStep[] {
  const all = problems.flatMap(({ step }) => step ?? []);
  const once = new Map(all.map((step) => [JSON.stringify(step), step]));
  const order = ["set-webhook", "subscribe-account", "remove-override"];
  return [...once.values()]
    .filter(({ act }) => options.overrides || act !== "remove-override")
    .sort((a, b) => order.indexOf(a.act) - order.indexOf(b.act));
}

/** For people, before it is done. */
export function stepInWords(step: ConnectionStep): string {
  switch (step.act) {
    case "set-webhook":
      return `set the app's callback to ${step.callback} and subscribe ${step.fields.length} fields: ${step.fields.join(", ")}`;
    case "subscribe-account":
      return `subscribe the account ${step.account} to the app`;
    case "remove-override":
      return `take away the override of the ${step.of} ${step.id}`;
  }
}

export interface Applied {
  /** Fields that Meta did not take, of `set-webhook`. */
  readonly refused: readonly string[];
}

type Access = Pick<ReadConnection, "app" | "user">;

/** Does it. Throws GraphError. */
export async function applyStep(
  step: ConnectionStep,
  { app, user }: Access,
  verifyToken: string,
): Promise<Applied> {
  if (step.act === "set-webhook") {
    if (app === undefined) throw new GraphError("token", "the app's secret is not known");
    return setWebhook(step, app, verifyToken);
  }
  if (user === undefined) throw new GraphError("token", "there is no access token");
  const [path, form] = callOf(step);
  await graphPost(user, path, form);
  return { refused: [] };
}

function callOf(step: Exclude<ConnectionStep, { act: "set-webhook" }>): [string, GraphFields] {
  const id = encodeURIComponent(step.act === "subscribe-account" ? step.account : step.id);
  if (step.act === "remove-override" && step.of === "number") {
    return [id, { webhook_configuration: JSON.stringify({ override_callback_uri: "" }) }];
  }
  // Subscribing without a callback takes the account's override away as well.
  return [`${id}/subscribed_apps`, {}];
}

/** A field that Meta does not offer to this app is left out, and told of; all others are subscribed. */
async function setWebhook(
  { callback, fields }: Extract<ConnectionStep, { act: "set-webhook" }>,
  access: GraphAccess & { readonly appId: string },
  verifyToken: string,
): Promise<Applied> {
  const { appId, graphUrl, token, signal } = access;
  const refused: string[] = [];
  for (;;) {
    const left = fields.filter((name) => !refused.includes(name));
    const asked = { graphUrl: addressFor(graphUrl, left), token, signal };
    try {
      await graphPost(asked, `${appId}/subscriptions`, {
        object: "whatsapp_business_account",
        callback_url: callback,
        verify_token: verifyToken,
        fields: left.join(","),
        include_values: "true",
      });
      return { refused };
    } catch (error) {
      const name = refusedField(error, left);
      if (name === undefined || name === "messages") throw error;
      refused.push(name);
    }
  }
}

function refusedField(error: unknown, sent: readonly string[]): string | undefined {
  const at = error instanceof GraphError ? error.details.field : undefined;
  return at === undefined ? undefined : sent[at];
}
