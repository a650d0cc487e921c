import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../contracts.ts";
import { cleanText } from "../clean-text.ts";
import type { Session } from "../http/api.ts";
import { laterTime } from "../later-time.ts";
import { notTakenLines } from "../not-taken.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import { personOf } from "../person.ts";
import { recordEvent } from "../record-event.ts";
import { contactFor, findAgain, type KnownContact } from "./contact.ts";
import { dealFor } from "./deal.ts";
import type { Asking } from "./find-contact.ts";
import { logEntry, writeEntry } from "./log-entry.ts";
import type { RecordName, RecordUrl } from "./record-url.ts";
import { readRecord, updateRecord } from "./records.ts";
import { currentTicket, linkAfterSilence, ticketFor } from "./ticket.ts";
import { uploadFiles, withoutFiles } from "./upload-files.ts";
import { type Work, workOf } from "./work.ts";

/** One event for one contact. */
interface Visit extends Asking {
  readonly event: WaypostEvent;
  readonly work: Work;
  readonly recordUrl: RecordUrl;
}

/** What was written, as it comes about. */
interface Written {
  /** The conversation's, as it is to be kept; undefined: there is none, and none is needed. */
  link: Link | undefined;
  ticket: string | undefined;
  remoteId: string | undefined;
  readonly events: WaypostEvent[];
  readonly words: string[];
}

export interface DeliverParts {
  readonly session: Session;
  readonly options: Asking["hub"]["options"];
  readonly recordUrl: RecordUrl;
}

/** Contact, then ticket and deal, then what was said: each is made once, whatever became of earlier attempts. */
export async function deliverEvent(
  { session, options, recordUrl }: DeliverParts,
  event: WaypostEvent,
  context: DeliveryContext,
): Promise<Delivered> {
  const work = workOf(event, options);
  if (work === undefined) return nothingToWrite("it says nothing for HubSpot", context);
  const person = await personOf(event, context);
  if (person === undefined) return nothingToWrite("it is about no single person", context);
  const visit = { hub: { session, options }, context, person, event, work, recordUrl };
  const contact = (await contactFor(visit, work)) ?? unmade(visit);
  if (contact === undefined) {
    return nothingToWrite(
      "HubSpot has no such contact, and none is made",
      context,
      session.summary(),
    );
  }
  try {
    return await writeAll(visit, contact);
  } catch (error) {
    if (!(await isGone(visit, contact, error))) throw error;
    const anew = { ...visit, context: { ...context, contactLink: undefined } };
    const again = (await findAgain(anew)) ?? unmade(visit);
    if (again === undefined) throw error;
    return writeAll(anew, again);
  }
}

/** In shadow what would be written goes on without one. */
function unmade({ context, hub }: Visit): KnownContact | undefined {
  if (!context.shadow || !hub.options.creates) return undefined;
  return { id: "new", made: false };
}

/** The contact was deleted since it was last looked at: HubSpot refuses what is to hang on it. */
async function isGone({ hub }: Visit, { id }: KnownContact, error: unknown): Promise<boolean> {
  if (!(error instanceof DeliveryError) || error.verdict === "outage") return false;
  return (await readRecord(hub, { type: "contacts", by: id })) === undefined;
}

async function writeAll(visit: Visit, contact: KnownContact): Promise<Delivered> {
  const { hub, context, event, work } = visit;
  const { options, session } = hub;
  const written: Written = {
    link: linkAfterSilence(context.link, event, options.ticket),
    ticket: currentTicket(context.link, event, options.ticket),
    remoteId: contact.id,
    events: [],
    words: [`contact ${contact.id}`],
  };
  if (contact.made) await tell(visit, written, { object: "contact", ...contact, created: true });
  await writeConsent(visit, contact);
  if (work.ticket) await writeTicket(visit, contact, written);
  if (work.deal) await writeDeal(visit, contact, written);
  if (work.says) await writeWords(visit, contact, written);
  const { link } = written;
  const at = laterTime(event.time, link?.["at"]);
  const kept = link?.["ticket"] === undefined ? link : { ...link, at };
  return {
    ...(written.remoteId !== undefined && { remoteId: written.remoteId }),
    answer: context.shadow ? session.summary() : written.words.join(", "),
    ...(kept && { link: kept }),
    events: written.events,
  };
}

async function tell(
  { hub, event, context, recordUrl }: Visit,
  written: Written,
  record: {
    readonly object: RecordName;
    readonly id: string;
    readonly url?: string;
    readonly created: boolean;
  },
): Promise<void> {
  const { object, id, created } = record;
  const url = record.url ?? (await recordUrl(hub.session, object, id));
  const made = { object, id, created, ...(url !== undefined && { url }) };
  written.events.push(recordEvent(event, context, made));
}

async function writeConsent({ hub, work }: Visit, { id }: KnownContact): Promise<void> {
  const property = hub.options.consentProperty;
  if (work.consent === undefined || property === undefined) return;
  const would = `write ${property} of the contact`;
  const properties = { [property]: work.consent };
  if (await updateRecord(hub, { type: "contacts", id }, { would, properties })) return;
  throw new DeliveryError("refused", "HubSpot has this contact no more");
}

async function writeTicket(visit: Visit, contact: KnownContact, written: Written): Promise<void> {
  const { hub, context, event } = visit;
  const { ticket } = hub.options;
  if (ticket === undefined) return;
  const outcome = await ticketFor({ hub, event, context, ticket, contact: contact.id });
  if (outcome === undefined) return;
  Object.assign(written, { link: outcome.link, ticket: outcome.id, remoteId: outcome.id });
  written.words.push(`ticket ${outcome.id} ${outcome.is}`);
  if (outcome.is === "open") return;
  await tell(visit, written, { object: "ticket", ...outcome, created: outcome.is === "made" });
}

async function writeDeal(visit: Visit, contact: KnownContact, written: Written): Promise<void> {
  const { hub, context } = visit;
  const { deal } = hub.options;
  const record = deal && (await dealFor(hub, context, { deal, contact: contact.id }));
  if (record === undefined) return;
  written.remoteId = record.id;
  written.words.push(`deal ${record.id} made`);
  const { id, url } = record;
  await tell(visit, written, {
    ...{ object: "deal", id, created: true },
    ...(url !== undefined && { url }),
  });
}

async function writeWords(visit: Visit, contact: KnownContact, written: Written): Promise<void> {
  const { hub, context, event } = visit;
  const { files, ids } = await uploadFiles(hub, { ...context, link: written.link });
  const text = await hub.options.text?.render(context);
  const entry = logEntry(hub.options, event, {
    concerned: await context.concerned(),
    ...{ files, lacks: notTakenLines("HubSpot", hub.session.notTaken) },
    ...(text !== undefined && { text: cleanText(String(text ?? ""), 60_000) }),
  });
  if (entry === undefined) return;
  const attached = ids.length > 0 && { hs_attachment_ids: ids.join(";") };
  const whole = { ...entry, properties: { ...entry.properties, ...attached } };
  const write = (ticket: string | undefined) =>
    writeEntry(hub, whole, { context, contact: contact.id, ticket });
  const id = await write(written.ticket).catch(async (error: unknown) => {
    if (!(await ticketIsGone(visit, written.ticket, error))) throw error;
    const { ticket: _, ...rest } = written.link ?? {};
    Object.assign(written, { link: rest, ticket: undefined });
    return write(undefined);
  });
  if (written.link || ids.length > 0) written.link = withoutFiles(written.link ?? {});
  if (id === undefined) return;
  written.words.push(`${entry.type === "notes" ? "note" : "message"} ${id}`);
  // A ticket or a deal is what people look for.
  if (!visit.work.ticket && !visit.work.deal) written.remoteId = id;
}

/** People deleted it: nothing more is put on it, and the next event that asks makes another. */
async function ticketIsGone(
  { hub }: Visit,
  id: string | undefined,
  error: unknown,
): Promise<boolean> {
  if (id === undefined || !(error instanceof DeliveryError) || error.verdict === "outage")
    return false;
  return (await readRecord(hub, { type: "tickets", by: id })) === undefined;
}
