import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../contracts.ts";
import { type ApiAnswer, pathOf, type Session } from "../http/api.ts";
import { type NamePolicy, nameToWrite } from "../name-rule.ts";
import { withWhatIsTaken } from "../not-taken.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import type { Person } from "../person.ts";
import { unlessRefused } from "../unless-refused.ts";

/** What all steps of one delivery to a help desk share. */
export interface DeskCall {
  readonly session: Session;
  readonly options: {
    readonly create: "inbound" | "always" | "never";
    readonly name: NamePolicy;
    readonly matchesPhone: boolean;
  };
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly person: Person;
}

/** A contact at the desk, as the contact's link remembers it. */
export interface DeskContact {
  readonly id: string;
  readonly link: Link;
  /** Not only remembered, but seen in this attempt. */
  readonly seen: boolean;
  /** For this delivery, in this attempt or an earlier one. */
  readonly created: boolean;
}

/** How a desk is asked for its contacts, at `/contacts/<id>`. */
export interface Desk<C extends DeskCall, R> {
  /** What a look at one answers with; undefined: it was deleted. */
  recordIn(answer: ApiAnswer): R | undefined;
  /** Marked as theirs, in a list that is never late. */
  findMarked(call: C): Promise<R | undefined>;
  /** All that have one of their phones and may be theirs, the likeliest first. Asked only where there are phones. */
  findByPhone(call: C): Promise<readonly R[]>;
  /** What is remembered of it: its id as `contact`, and more. */
  linkOf(record: R): Link & { readonly contact: string };
  nameOf(record: R): string | null | undefined;
  /** What it is to have of the person beside the name. */
  lacking(record: R, person: Person): Readonly<Record<string, unknown>>;
  /** What one is made with. The name is undefined where none is to be written. */
  newRecord(call: C, name: string | undefined): Promise<Readonly<Record<string, unknown>>>;
  /** Where texts of options stand in it: one that the desk does not take costs these alone. */
  readonly texts: string;
  /** What is remembered of one that was made. Throws DeliveryError where the answer does not name it. */
  madeLink(answer: ApiAnswer): Link & { readonly contact: string };
  /** Who has the same mark or phone already, by the refusal; undefined: another WhatsApp account has the phone. */
  existing(call: C, answer: ApiAnswer): Promise<DeskContact | undefined>;
}

/** Finds the contact of a delivery's person. */
export interface ContactBook<C extends DeskCall, R> {
  /**
   * Remembered, marked as theirs, or with their phone. undefined: there is none. `anew`: the one that is remembered is gone. What it
   * finds is remembered before it answers.
   */
  find(call: C, anew?: boolean): Promise<DeskContact | undefined>;
  /** As `find`, and makes one where there is none. undefined: none is to be made. */
  findOrCreate(call: C, wanted: Wanted): Promise<DeskContact | undefined>;
  /**
   * Marks it as theirs where it has no mark of anybody's, brings it up to date, and remembers it. undefined: somebody has deleted it,
   * which a search may tell minutes later.
   */
  keep(call: C, record: R, link: Link): Promise<DeskContact | undefined>;
}

interface Wanted {
  readonly inbound: boolean;
  readonly anew?: boolean;
}

export function createContactBook<C extends DeskCall, R>(desk: Desk<C, R>): ContactBook<C, R> {
  const keep = (call: C, record: R, link: Link) => keepRecord(desk, call, record, link);
  const find = async (call: C, anew = false): Promise<DeskContact | undefined> => {
    const link = anew ? {} : (call.context.contactLink ?? {});
    if (link["contact"] === undefined) return search(call, link);
    if (!hasNews(call.person, link)) return contactOf(call, link);
    return (await lookAgain(call, link)) ?? search(call, {});
  };
  const search = async (call: C, { made }: Link) => {
    const marked = await desk.findMarked(call);
    // Of an earlier attempt that was about to make it.
    const kept = marked && (await keep(call, marked, made === undefined ? {} : { made }));
    if (kept) return kept;
    const record = await likeliest(desk, call);
    return record && keep(call, record, {});
  };
  const lookAgain = async (call: C, link: Link) => {
    const path = pathOf`/contacts/${link["contact"] ?? ""}`;
    const answer = await call.session.look({ path, accept: [404], holds: "id" });
    const record = answer.status === 404 ? undefined : desk.recordIn(answer);
    return record && keep(call, record, link);
  };
  return {
    ...{ find, keep },
    async findOrCreate(call, { inbound, anew = false }) {
      const found = await find(call, anew);
      if (found) return found;
      const { create } = call.options;
      const wanted = create === "always" || (create === "inbound" && inbound);
      return wanted ? makeContact(desk, call) : undefined;
    },
  };
}

/** In shadow one without an id, so that what follows is told too. */
async function makeContact<C extends DeskCall, R>(desk: Desk<C, R>, call: C): Promise<DeskContact> {
  const { session, options, person, context } = call;
  const { name: profile, phones } = person;
  const unnamed = { phones, shown: undefined, written: undefined };
  const name = nameToWrite(options.name, { profile, ...unnamed });
  const json = await desk.newRecord(call, name);
  const made = { made: context.idempotencyKey };
  // Before it is made: who finds it after a crash knows that it is ours.
  await context.remember(made, { scope: "contact" });
  const request = { method: "POST", path: "/contacts", accept: [409] } as const;
  const { [desk.texts]: texts = {}, ...rest } = json;
  const spared = { fields: texts as Properties, object: "contact", kept: session.notTaken };
  const answer = await withWhatIsTaken(spared, (taken) => {
    const filled = Object.keys(taken).length > 0 && { [desk.texts]: taken };
    return session.write("create a contact", { ...request, json: { ...rest, ...filled } });
  });
  if (answer === undefined) return contactOf(call, made, true);
  if (answer.status === 409) {
    const there = await desk.existing(call, answer);
    if (there) return there;
    if (phones.length === 0) throw new DeliveryError("refused", "somebody else has these details");
    // The desk wants phones to be unique, and two people are never one.
    return makeContact(desk, { ...call, person: { ...person, phones: [] } });
  }
  const written = typeof json["name"] === "string" ? { name: json["name"] } : {};
  return remembered(call, { ...desk.madeLink(answer), ...made, ...written, ...seenOf(person) });
}

type Properties = Readonly<Record<string, unknown>>;

/** Seen in this attempt. */
export async function remembered(call: DeskCall, link: Link): Promise<DeskContact> {
  await call.context.remember(link, { scope: "contact" });
  return contactOf(call, link, true);
}

/** By what is remembered of it. */
function contactOf({ context }: DeskCall, link: Link, seen = false): DeskContact {
  const created = link["made"] === context.idempotencyKey;
  return { id: link["contact"] ?? "", link, seen, created };
}

/** What is remembered of the person as they are now. */
export function seenOf({ name, phones }: Person): Link {
  return { ...(name !== undefined && { profile: name }), ...(phones.length > 0 && { phone: "1" }) };
}

/** The answer where there is no contact, and none is to be made. */
export function nobodyAt(vendor: string, { session, context }: DeskCall): Delivered {
  const why = `no contact in ${vendor}, and none is to be made`;
  return nothingToWrite(why, context, session.summary());
}

/** The profile has another name, or they have a phone, since it was last looked at. */
function hasNews({ name, phones }: Person, link: Link): boolean {
  const phone = phones.length > 0 && link["phone"] === undefined;
  return phone || (name !== undefined && name !== link["profile"]);
}

async function likeliest<C extends DeskCall, R>(desk: Desk<C, R>, call: C): Promise<R | undefined> {
  if (!call.options.matchesPhone || call.person.phones.length === 0) return undefined;
  const [first, ...more] = await desk.findByPhone(call);
  if (more.length > 0) call.session.note(`${more.length} more with this phone`);
  return first;
}

async function keepRecord<C extends DeskCall, R>(
  desk: Desk<C, R>,
  call: C,
  record: R,
  link: Link,
): Promise<DeskContact | undefined> {
  const { session, options, person } = call;
  const own = desk.linkOf(record);
  const name = nameToWrite(options.name, {
    shown: desk.nameOf(record) ?? undefined,
    profile: person.name,
    written: link["name"],
    phones: person.phones,
  });
  const changes = { ...desk.lacking(record, person), ...(name !== undefined && { name }) };
  const names = Object.keys(changes).join(", ");
  let isGone = false;
  const write = async () => {
    const path = pathOf`/contacts/${own.contact}`;
    const answer = await session.write(`write ${names} of contact ${own.contact}`, {
      ...{ method: "PUT", path, json: changes, accept: [404], holds: "id" },
    });
    isGone = answer?.status === 404;
  };
  const isTaken = names === "" || (await unlessRefused(write()));
  if (isGone) return undefined;
  const kept = { ...link, ...own, ...(name !== undefined && isTaken && { name }) };
  return remembered(call, { ...kept, ...seenOf(person) });
}
