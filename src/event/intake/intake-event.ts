import { randomUUID } from "node:crypto";
import type { NamedAccounts } from "../event.ts";
import type { Account, Contact, EventData, Message, WaypostEvent } from "../generated.ts";
import { hashId } from "../hash-id.ts";
import { ownEvent } from "../own-event.ts";
import { isOwnType } from "../own-types.ts";
import { toAccount } from "./intake-account.ts";
import { beyondLimits } from "./intake-limits.ts";
import { type ToldContact, toContact } from "./intake-person.ts";
import type { IntakeProblem } from "./intake-problem.ts";
import { misfits } from "./intake-schema.ts";

export type { IntakeProblem } from "./intake-problem.ts";

export interface IntakeOptions {
  readonly accounts: NamedAccounts;
  readonly receivedAt: Date;
}

/** As `schemas/intake.schema.json` has both forms' common part. */
interface Told {
  readonly account?: string | Account;
  readonly contact?: ToldContact;
  readonly groupId?: string;
  readonly message?: ToldMessage;
  readonly business?: { readonly [key: string]: unknown };
  readonly sentBy?: NonNullable<EventData["sentBy"]>;
  readonly campaign?: string;
  readonly variant?: string;
  readonly ref?: NonNullable<EventData["ref"]>;
}
type ToldMessage = Omit<Partial<Message>, "text"> & { readonly text?: string | Message["text"] };

interface Attributes {
  readonly type: string;
  readonly id?: string;
  readonly time?: string;
  readonly source?: string;
}

const aheadMs = 24 * 60 * 60 * 1000;

/**
 * The event that a service tells of, from the short form or a CloudEvent: `business.<what>`, or `whatsapp.outgoing.<type>`
 * for a message that it sent. All that is wrong is told at once, and then there is no event.
 *
 * A given id is kept: 1 to 256 printable ASCII characters without `evt_` or `qrn_` at their beginning, which only Waypost's own
 * have, so that no id told hides an event of Meta's. Without one a message's id is made of its wamid, and any other's is
 * random: told again, it would be another event. `source` and `subject` follow from account and contact, as Meta's do;
 * a CloudEvent's own `source` stays where there is no account.
 */
export function toEvent(
  input: unknown,
  options: IntakeOptions,
): { readonly event: WaypostEvent } | { readonly problems: readonly IntakeProblem[] } {
  const tooMuch = beyondLimits(input);
  if (tooMuch.length > 0) return { problems: tooMuch };
  const cloudEvent = isObject(input) && Object.hasOwn(input, "specversion");
  const unfit = misfits(input);
  if (unfit.length > 0) return { problems: unfit };
  const attributes = input as Attributes;
  const told = cloudEvent ? (input as { data: Told }).data : (input as Told);
  return fit(attributes, told, cloudEvent ? "/data" : "", options);
}

/** Compiles the schema, which blocks for some 100 ms: before traffic comes, so that none waits for the first event. */
export function prepareIntake(): void {
  misfits({});
}

/** What fits the schema may still not fit together. `path` is where `told` stands. */
function fit(attributes: Attributes, told: Told, path: string, options: IntakeOptions) {
  const { type } = attributes;
  const { account = {}, problems } = toAccount(told.account, options.accounts, `${path}/account`);
  const person = told.contact && toContact(told.contact, `${path}/contact`);
  if (person) problems.push(...person.problems);
  const isMessage = type.startsWith("whatsapp.");
  problems.push(
    ...(isMessage ? wrongMessage(type, told, account, path) : wrongBusiness(type, told, path)),
  );
  const receivedAt = options.receivedAt.toISOString();
  const sentAt = timeOf(told.message?.sentAt, `${path}/message/sentAt`, options, problems);
  const time = timeOf(attributes.time, "/time", options, problems) ?? sentAt ?? receivedAt;
  if (problems.length > 0) return { problems };
  const data = dataOf(told, { account, person: person?.contact, receivedAt });
  if (told.message) data.message = messageOf(type, told.message, sentAt ?? time);
  const { id = idOf(data), source = "/business" } = attributes;
  return { event: ownEvent({ id, type, source, time, postid: "intake", data }) };
}

function wrongMessage(type: string, told: Told, account: Account, path: string): IntakeProblem[] {
  const problems: IntakeProblem[] = [];
  const missing = (key: string, remedy: string) =>
    problems.push({ path: `${path}/${key}`, problem: "is missing", remedy });
  if (told.business !== undefined) problems.push(misplaced(`${path}/business`, "business.*"));
  if (told.account === undefined) missing("account", "Say from which of your numbers it went");
  else if (account.phoneNumberId === undefined) {
    missing("account/phoneNumberId", "Say from which of your numbers it went");
  }
  if (told.contact === undefined && told.groupId === undefined) {
    missing("contact", "Say to whom it went");
  }
  if (told.message === undefined) missing("message", "Say what was sent, with the wamid as its id");
  const ownType = told.message?.type;
  if (ownType !== undefined && ownType !== typeOf(type)) {
    const remedy = "Leave it out: it is the last part of type";
    problems.push({ path: `${path}/message/type`, problem: "is not what type says", remedy });
  }
  return problems;
}

function wrongBusiness(type: string, told: Told, path: string): IntakeProblem[] {
  const problems: IntakeProblem[] = [];
  if (isOwnType(type)) {
    const remedy = "Tell what happened, and have a route answer it";
    problems.push({ path: "/type", problem: "is what Waypost itself asks", remedy });
  }
  if (told.message !== undefined) {
    problems.push(misplaced(`${path}/message`, "whatsapp.outgoing.*"));
  }
  if (told.business === undefined) {
    const remedy = "Say what happened; {} when the type says it all";
    problems.push({ path: `${path}/business`, problem: "is missing", remedy });
  }
  return problems;
}

function misplaced(path: string, types: string): IntakeProblem {
  return { path, problem: `belongs to ${types}`, remedy: "Leave it out, or change type" };
}

function timeOf(
  text: string | undefined,
  path: string,
  { receivedAt }: IntakeOptions,
  problems: IntakeProblem[],
): string | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (at >= 0 && at <= receivedAt.getTime() + aheadMs) return new Date(at).toISOString();
  const remedy = "Tell when it happened: since 1970, and at most a day ahead";
  problems.push({ path, problem: "is no time until now", remedy });
  return undefined;
}

/** The last segment. */
function typeOf(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

interface Known {
  readonly account: Account;
  readonly person: Contact | undefined;
  readonly receivedAt: string;
}

function dataOf(told: Told, { account, person, receivedAt }: Known): EventData {
  const { groupId, business, sentBy, campaign, variant, ref } = told;
  return {
    account,
    ...(person && { contact: person }),
    ...(groupId !== undefined && { groupId }),
    receivedAt,
    ...(business && { business }),
    ...(sentBy !== undefined && { sentBy }),
    ...(campaign !== undefined && { campaign }),
    ...(variant !== undefined && { variant }),
    ...(ref !== undefined && { ref }),
  };
}

function messageOf(type: string, { text, ...message }: ToldMessage, sentAt: string): Message {
  const body = typeof text === "string" ? { body: text } : text;
  return {
    ...message,
    type: typeOf(type),
    direction: "out",
    sentAt,
    ...(body && { text: body }),
  };
}

function idOf({ account, message }: EventData): string {
  const wamid = message?.id;
  if (wamid === undefined) return hashId("evt_", ["i", randomUUID()]);
  return hashId("evt_", ["o", account.phoneNumberId ?? null, wamid]);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
