import {
  type Accounts,
  type Contact,
  DeliveryError,
  type FlowRules,
  type TemplateName,
  templateNames,
  type WaypostEvent,
} from "../../contracts.ts";
import type { TranscriptEntry } from "../../event/message-in-words.ts";
import { type Template, TemplateError } from "../../support/template.ts";
import { sentTypes } from "./about.ts";
import type { Circumstances } from "./circumstances.ts";
import { newestFirst, receivedAt } from "./order.ts";

/** Of what templates may name, that for which the log is asked. */
export const logNames: readonly string[] = ["about", "transcript"];

export interface ScopeParts {
  readonly accounts: Accounts;
  /** How many messages the transcript has. */
  readonly transcript?: number;
  readonly rules: FlowRules;
  /** Named groups of the route's `matches`. */
  readonly captures: (route: string, event: WaypostEvent) => Readonly<Record<string, string>>;
}

/** Unless told. */
const transcriptLength = 20;

/** What the templates are given: of all that may be named, only what these name. Plain JSON. */
export async function scopeOf(
  names: ReadonlySet<string>,
  route: string,
  about: Circumstances,
  parts: ScopeParts,
): Promise<Readonly<Record<string, unknown>>> {
  const { event } = about;
  const makers: { readonly [K in TemplateName]: () => unknown } = {
    event: () => event,
    message: () => event.data.message,
    contact: async () => contactOf(event, await about.contact()),
    owner: async () => ownerOf(await about.contact(), parts.rules),
    account: () => accountOf(event, parts.accounts),
    conversation: async () => ({ id: event.data.conversationId, topic: await about.topic() }),
    about: about.about,
    match: () => parts.captures(route, event),
    flow: () => flowOf(event),
    business: () => event.data.business,
    transcript: () => transcriptOf(about, parts.transcript ?? transcriptLength),
    links: () => linksOf(event),
  };
  const scope: Record<string, unknown> = {};
  for (const name of templateNames) if (names.has(name)) scope[name] = await makers[name]();
  return scope;
}

/** What is remembered of the person, and for what is not, what the event says. */
function contactOf({ data }: WaypostEvent, contact: Contact | undefined) {
  const { userIds = [], phones = [], ...known } = contact ?? {};
  const told = data.contact;
  return {
    ...known,
    name: told?.name ?? contact?.name,
    username: told?.username ?? contact?.username,
    userId: told?.userId ?? userIds[0],
    waId: told?.waId ?? phones[0],
    phone: told?.waId ?? phones[0],
  };
}

/** The member of the pool, with its ids. */
function ownerOf(contact: Contact | undefined, { pools }: FlowRules) {
  const owner = contact?.owner;
  if (owner === undefined) return undefined;
  const member = pools[owner.pool]?.find(({ name }) => name === owner.name);
  return { ...member?.ids, name: owner.name, pool: owner.pool };
}

function accountOf({ data }: WaypostEvent, accounts: Accounts) {
  const { phoneNumberId } = data.account;
  const named = Object.entries(accounts).find(
    ([, account]) => phoneNumberId !== undefined && account.phoneNumberId === phoneNumberId,
  );
  return { ...data.account, ...(named && { name: named[0] }) };
}

/** The answers of a flow, as they came; nothing where they cannot be read. */
function flowOf({ data }: WaypostEvent): unknown {
  try {
    return JSON.parse(data.message?.interactive?.nfmReply?.responseJson ?? "null");
  } catch {
    return null;
  }
}

/** Both sides up to the event, oldest first. */
async function transcriptOf(
  { event, newest }: Circumstances,
  length: number,
): Promise<TranscriptEntry[]> {
  const types = ["whatsapp.message.*", ...sentTypes];
  const before = await newest(types, { to: receivedAt(event), limit: length });
  const own = types.some((type) => event.type.startsWith(type.slice(0, -1))) ? [event] : [];
  // What one POST brings is received at once.
  const isLater = (other: WaypostEvent) =>
    receivedAt(other) === receivedAt(event) && Date.parse(other.time) > Date.parse(event.time);
  const earlier = before.filter((other) => !isLater(other)).toSorted(newestFirst);
  return [...own, ...earlier]
    .slice(0, length)
    .reverse()
    .flatMap(({ type, time, data }) => {
      const { message, contact } = data;
      if (message === undefined) return [];
      const inbound = type.startsWith("whatsapp.message.");
      const name = inbound ? contact?.name : undefined;
      const from = inbound ? ("contact" as const) : ("business" as const);
      return [{ at: time, from, message, ...(name !== undefined && { name }) }];
    });
}

function linksOf({ data }: WaypostEvent) {
  const digits = data.contact?.waId?.replace(/[^0-9]/g, "");
  return digits ? { chat: `https://wa.me/${digits}` } : {};
}

/** `what`: which template, for people. Throws DeliveryError. */
export function renderOf(what: string, template: Template, scope: object): unknown {
  try {
    return template.render(scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { kind, place, reason } = error;
    const where = [what, place].filter(Boolean).join(" at ");
    // Too long a time may be the machine's fault.
    throw new DeliveryError(kind === "limit" ? "outage" : "refused", `${where}: ${reason}`);
  }
}
