import type { Accounts, WaypostEvent, When } from "../../contracts.ts";
import { contactKey, contactKeys } from "../../event/contact-keys.ts";
import { eventFrom } from "../../event/event-from.ts";
import { compilePattern } from "../../event/pattern.ts";
import { countryOf, loadNumberingPlans } from "../../event/phone.ts";
import { compileValuesWhen } from "../../support/value-when.ts";
import {
  byFlow,
  byReaction,
  byReferral,
  byReplyId,
  byTemplate,
  byText,
  type Condition,
  type ConditionTest,
  type Holds,
} from "./message-conditions.ts";

/** The keys of `when`, compiled. All must hold. Throws on a bad pattern, expression or account name. */
export function compileConditions(when: When, accounts: Accounts): Condition[] {
  const conditions: Condition[] = [];
  const add = <K extends keyof When>(
    key: K,
    compile: (value: NonNullable<When[K]>) => Holds | ConditionTest,
  ) => {
    const value = when[key];
    if (value === undefined) return;
    const compiled = compile(value);
    conditions.push({ key, ...(typeof compiled === "function" ? { holds: compiled } : compiled) });
  };
  add("type", byType);
  add("account", (names) => byAccount(names, accounts));
  add("contact", byContact);
  add("conversation", (ids) => (event) => includes(ids, event.data.conversationId));
  add("from", (from) => (event) => eventFrom(event) === from);
  add("messageType", (types) => (event) => includes(types, event.data.message?.type));
  add("replyId", byReplyId);
  add("reaction", byReaction);
  add("template", byTemplate);
  add("flow", byFlow);
  add("referral", byReferral);
  add("country", byCountry);
  add("errorCode", (codes) => (event) => errorCodes(event).some((code) => codes.includes(code)));
  add("text", byText);
  add("data", byData);
  add("not", (inner) => {
    const all = compileConditions(inner, accounts);
    const [only] = all;
    return {
      holds: (event) => !all.every(({ holds }) => holds(event)),
      // Of several none alone says no.
      part: () => (all.length === 1 ? only?.key : undefined),
    };
  });
  return conditions;
}

function byType(patterns: readonly string[]): Holds {
  const tests = patterns.map(compilePattern);
  return ({ type }) => tests.some((test) => test(type));
}

function byAccount(names: readonly string[], accounts: Accounts): Holds {
  const wanted = names.map((name) => {
    const account = Object.hasOwn(accounts, name) ? accounts[name] : undefined;
    if (account === undefined) throw new TypeError(`there is no account "${name}"`);
    return account;
  });
  return ({ data: { account } }) =>
    wanted.some(({ phoneNumberId, wabaId }) => {
      /* Events of a whole WABA carry no number: they belong to each of its accounts. */
      if (phoneNumberId !== undefined && account.phoneNumberId !== undefined) {
        return phoneNumberId === account.phoneNumberId;
      }
      return wabaId !== undefined && wabaId === account.wabaId;
    });
}

function byContact(contacts: readonly string[]): Holds {
  const wanted = new Set(contacts.map(contactKey));
  return (event) => contactKeys(event).some((key) => wanted.has(key));
}

function byData(paths: NonNullable<When["data"]>): ConditionTest {
  const groups = compileValuesWhen(paths);
  return {
    holds: ({ data }) => groups(data.business) !== undefined,
    captures: ({ data }) => groups(data.business) ?? {},
    part: ({ data }) =>
      Object.entries(paths).find(
        ([path, wanted]) => compileValuesWhen({ [path]: wanted })(data.business) === undefined,
      )?.[0],
  };
}

function byCountry(countries: readonly string[]): Holds {
  // Now, not on the first event.
  loadNumberingPlans();
  return ({ data }) => {
    const { waId } = data.contact ?? {};
    return waId !== undefined && includes(countries, countryOf(waId));
  };
}

function includes(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value);
}

function errorCodes({ data }: WaypostEvent): number[] {
  const { errors, status, message, payment, call } = data;
  return [errors, status?.errors, message?.errors, payment?.errors, call?.errors]
    .flatMap((list) => list ?? [])
    .flatMap(({ code }) => code ?? []);
}

/** Why a key of `when` says no; with its parts where it has some. */
export function noInWords(because: string): string {
  const [key = "", ...part] = because.split(".");
  const says = words[key as keyof typeof words] ?? `\`${key}\` does not hold`;
  return part.length === 0 ? says : `${says} (${because})`;
}

const words: Record<keyof When | "test", string> = {
  type: "another type",
  account: "another account",
  contact: "another contact",
  conversation: "another conversation",
  messageType: "another message type",
  text: "the text does not match",
  replyId: "no such button or row was chosen",
  reaction: "no such reaction",
  template: "not that template",
  flow: "not the answer of that flow",
  referral: "not from such an ad",
  country: "a number of another country",
  from: "the other side did it",
  data: "the business data differs",
  errorCode: "no such error code",
  not: "excluded by `not`",
  test: "a test event; the route has no `test: true`",
};
