import type { Destination } from "../../../src/contracts.ts";
import { parseReplyOptions } from "../../../src/destinations/whatsapp-reply/options.ts";
import { deliverReply, findReply } from "../../../src/destinations/whatsapp-reply/reply.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { createWorld, type RouteParts, startFlows } from "./flow-engine.ts";

export interface SentReply {
  readonly to: string;
  readonly from: string;
  readonly text: string;
}

/** Routes at work with a `whatsapp-reply` named `wa` whose Cloud API is in memory: takes all, and is told of each. */
export async function startReplying(
  routes: readonly RouteParts[],
  given: {
    readonly rules?: NonNullable<Parameters<typeof startFlows>[1]>["rules"];
    readonly options?: Readonly<Record<string, unknown>>;
    readonly onSent?: (sent: SentReply) => void;
  } = {},
) {
  const world = createWorld();
  const { clock } = world;
  const sent: SentReply[] = [];
  const session = {
    async write(_what: string, request: { path: string; json?: unknown }) {
      const { to, text, template } = request.json as {
        to: string;
        text?: { body: string };
        template?: { name: string };
      };
      const [, from = ""] = request.path.split("/");
      const told = { to, from, text: text?.body ?? `template ${template?.name}` };
      given.onSent?.(told);
      sent.push(told);
      return { json: { messages: [{ id: `wamid.OUT${sent.length}` }] } };
    },
  };
  const options = parseReplyOptions("wa", { token: "t", text: "Hi", ...given.options });
  const parts = { api: { session: () => session } as never, options, clock, log: createArrayLog() };
  const wa: Destination = {
    kind: "whatsapp-reply",
    idempotency: "lookup",
    serialize: "contact",
    readsLog: true,
    deliver: (...asked) => deliverReply(asked, parts),
    find: (...asked) => findReply(asked, parts),
    preview: () => undefined,
    check: async () => [],
    close: async () => undefined,
  };
  // As the configuration says of every route that leads to one.
  const waiting = routes.map((route) => ({ templatesRead: { wa: ["log", "memory"] }, ...route }));
  const flows = await startFlows(waiting as RouteParts[], {
    world,
    config: { writesToContacts: true, retry: { delaysMs: [1_000, 10_000] } },
    destinations: { wa: wa as never },
    ...(given.rules && { rules: given.rules }),
  });
  return { ...flows, sent };
}
