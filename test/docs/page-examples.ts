import { readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Kinds, Routing } from "../../src/config/routing.ts";
import type { ContactChange } from "../../src/contracts.ts";
import { destinationKinds } from "../../src/destinations/kinds.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createWorld, now, startFlows } from "../deliver/flows/flow-engine.ts";
import type { Parts } from "../store/make-events.ts";
import { sourceSecrets } from "../support/sources.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/routes.md"), "utf8");

/** What every example leaves out. */
const common = `accounts:
  berlin: { phoneNumberId: "700700700700700", wabaId: "900100200300400" }
destinations:
  slack: { kind: slack, token: an-invented-token, channel: "#support" }
  crm: { kind: any }
  desk: { kind: any }
  shop: { kind: any }
  clinic: { kind: webhook, url: https://clinic.example/wa, secret: an-invented-secret }
  bot: { kind: webhook, url: https://bot.example/wa, secret: an-invented-secret }
  whatsapp: { kind: whatsapp-reply, token: an-invented-token }
`;
const anyOptions = { schema: { type: "object", additionalProperties: true } };
const kinds: Kinds = { ...destinationKinds, any: anyOptions };

export interface Example {
  readonly title: string;
  /** From the heading to the next one. */
  readonly text: string;
  readonly yaml: string;
}

/** Every block of YAML, under the heading before it. */
export function readExamples(): readonly Example[] {
  return page.split(/^#+ /m).flatMap((text) => {
    const title = text.slice(0, text.indexOf("\n"));
    const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)];
    return blocks.map(([, yaml = ""]) => ({ title, text, yaml }));
  });
}

export function loadExample(t: TestContext, { yaml }: Example): Promise<Routing> {
  return loadYaml(t, common + yaml, kinds, sourceSecrets);
}

/** Friday, 11:00 in Berlin. */
const friday = Date.UTC(2026, 10, 20, 10);

/** The routes of an example at work. */
export async function startExample(t: TestContext, example: Example, at = friday) {
  const routing = await loadExample(t, example);
  const world = createWorld(createFakeClock(at));
  const flows = await startFlows(routing.routes, { rules: routing.flows, world });
  t.after(() => flows.engine.end());
  const { clock, ledger } = flows;
  const wait = async (ms: number) => {
    clock.jump(ms);
    await clock.advance(60_000);
  };
  return {
    ...{ routing, flows, clock, wait },
    /** Comes in, and what follows from it is done. Answers with its id. */
    async receive(parts: Parts = {}): Promise<string> {
      const event = now(clock, parts);
      await flows.receive(event);
      await clock.advance(2_000);
      return event.id;
    },
    contact: () => flows.contacts.of(now(clock)),
    async change(what: ContactChange): Promise<void> {
      const contact = await flows.contacts.of(now(clock));
      await flows.contacts.change(contact?.id ?? "", what);
    },
    options: (route: string) => routing.routes.find(({ name }) => name === route)?.options,
    went: (destination: string) => flows.effects(destination),
    /** State and reason of a delivery; the route that delivered it. */
    async row(id: string): Promise<string> {
      const row = await ledger.delivery(id);
      return row === undefined ? "none" : `${row.state} ${row.reason ?? row.route}`;
    },
    /** The business data of events of this type, oldest first. */
    async emitted(type: string): Promise<readonly unknown[]> {
      const { conversationId = "" } = now(clock).data;
      const filter = { conversation: conversationId, types: [type] };
      const { items } = await flows.log.events(filter, { limit: 50 });
      return items.map(({ data }) => data.business).reverse();
    },
  };
}

let count = 0;

/** The contact writes. */
export function text(body: string, more: Parts = {}): Parts {
  count += 1;
  return { ...more, data: { message: { id: `wamid.in${count}`, type: "text", text: { body } } } };
}

export function tap(id: string): Parts {
  count += 1;
  const interactive = { type: "button_reply", buttonReply: { id, title: "Yes" } };
  const message = { id: `wamid.in${count}`, type: "interactive", interactive };
  return { type: "whatsapp.message.interactive", data: { message } };
}

/** Our service tells of a template that it has sent. */
export function template(
  name: string,
  more: Parts["data"] & { readonly wamid?: string } = {},
): Parts {
  count += 1;
  const { wamid = `wamid.out${count}`, ...data } = more;
  const message = { id: wamid, type: "template", template: { name } };
  return { type: "whatsapp.outgoing.template", data: { message, ...data } };
}

/** Somebody writes from the business's phone. */
export function echo(): Parts {
  return { ...text("on my way"), type: "whatsapp.echo.text" };
}

export function status(messageId: string, value: string, more: Parts["data"] = {}): Parts {
  const told = { messageId, status: value, at: "2026-11-20T10:00:00.000Z" };
  return { type: `whatsapp.status.${value}`, data: { status: told, ...more } };
}

export function business(what: string, data: Record<string, unknown> = {}): Parts {
  return { type: `business.${what}`, data: { business: data } };
}
