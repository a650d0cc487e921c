import {
  type Accounts,
  type Contact,
  DeliveryError,
  type EventQuery,
  type FlowRules,
  type SentMessages,
  type Standing,
  type TemplateName,
  templateNames,
  type WaypostEvent,
} from "../../contracts.ts";
import { consentChange } from "../../event/consent.ts";
import { mostDepth } from "../../event/derived-event.ts";
import { arrivedMessageId } from "../../event/file-arrived.ts";
import type { TranscriptEntry } from "../../event/message-in-words.ts";
import { type Template, TemplateError } from "../../support/template.ts";
import { noSurroundings, type Surroundings } from "../attempt/surroundings.ts";
import { marksOf, sentTypes } from "./about.ts";
import { type Circumstances, holderOf } from "./circumstances.ts";
import type { Decider } from "./decide.ts";
import { newestFirst, receivedAt } from "./order.ts";
import { writtenTypes } from "./takes.ts";

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

interface StandingParts {
  readonly rules: FlowRules;
  readonly accounts: Accounts;
}

/** What a reply depends on, now. `answers`: the id of the event that is answered. */
async function standingOf(
  about: Circumstances,
  answers: string,
  parts: StandingParts,
): Promise<Standing> {
  const { event } = about;
  const answered = answers === event.id ? event : await about.other(answers);
  const heldBy = await holderOf(about, [event.id, answers], parts.rules);
  return {
    answered,
    origin: answered && (await originOf(answered, about)),
    windowUntil: await about.windowUntil(),
    heldBy,
    stopped: await hasStopped(about, parts),
  };
}

/** undefined: the log does not have all that lies between. */
async function originOf(
  event: WaypostEvent,
  { other }: Circumstances,
): Promise<WaypostEvent | undefined> {
  let at: WaypostEvent | undefined = event;
  for (let step = 0; step < mostDepth && at?.data.derived !== undefined; step += 1) {
    at = await other(at.data.derived.from);
  }
  return at;
}

/**
 * By what they said last, by their own clock: as it is kept, of all our numbers, or in this conversation, where `flows` may not have come to
 * it yet.
 */
async function hasStopped(
  { event, now, contact, newest }: Circumstances,
  { rules, accounts }: StandingParts,
): Promise<boolean> {
  const { stopped = false, at: keptAt = "" } = (await contact())?.consent ?? {};
  if (rules.consent === undefined) return stopped;
  const words = await newest(writtenTypes, { to: now, limit: 10 });
  const said = [event, ...words]
    .toSorted((a, b) => (a.data.receivedAt < b.data.receivedAt ? 1 : -1))
    .map((each) => consentChange(each, rules.consent, accounts))
    .filter((change) => change?.stopped !== undefined)
    // Of one moment, what was received last.
    .toSorted((a, b) => ((a?.at ?? "") < (b?.at ?? "") ? 1 : -Number(a?.at !== b?.at)));
  const [last] = said;
  if (last === undefined || keptAt >= last.at) return stopped;
  return last.stopped === true;
}

interface Parts extends ScopeParts {
  readonly query: Pick<EventQuery, "event" | "events" | "message"> & SentMessages;
  readonly circumstances: Decider["circumstances"];
  /** Absent: no files are fetched. */
  readonly files?: Surroundings["files"];
}

/** What the log and the contacts say about an event, for the destinations that ask. */
export function createSurroundings(parts: Parts): Surroundings {
  const { query, circumstances, files = noSurroundings.files } = parts;
  return {
    scope: (event, route, names, transcript) =>
      scopeOf(names, route, circumstances(event, route), {
        ...parts,
        ...(transcript !== undefined && { transcript }),
      }),
    async concerned(event) {
      const id = arrivedMessageId(event) ?? concernedId(event);
      if (id === undefined) return undefined;
      const told = (await query.message(id))?.events;
      return told?.find(({ type, data }) => data.message !== undefined && sayingTypes.test(type));
    },
    files,
    standing: (event, answers = event.id) => standingOf(circumstances(event, ""), answers, parts),
    marks: (event, answers = event.id) => marksOf(event, answers, query),
    sentWith: (callback) => query.sentWith(callback),
    has: async (eventId) => (await query.event(eventId)) !== undefined,
  };
}

/** Of a wamid's events, those that say what the message is; of `standby` there are statuses too. */
const sayingTypes = /^whatsapp\.(message|outgoing|echo|history|standby)\./;

function concernedId({ data }: WaypostEvent): string | undefined {
  const { message, status } = data;
  const { reaction, edit, revoke, context } = message ?? {};
  const changed = edit?.originalMessageId ?? revoke?.originalMessageId;
  return status?.messageId ?? reaction?.messageId ?? changed ?? context?.id;
}
