import { RE2JS } from "re2js";
import type { Accounts, TextWhen, WaypostEvent, When } from "../contracts.ts";
import { contactKey, contactKeys } from "../event/contact-keys.ts";
import { messageTexts } from "../event/message-texts.ts";
import { compilePattern } from "../event/pattern.ts";

/** One key of a `when` as a test. */
export interface Condition {
  readonly key: keyof When;
  readonly holds: (event: WaypostEvent) => boolean;
}

/** Texts beyond this many characters are cut before an expression sees them. Meta's limit is 4,096. */
const maxTextLength = 65_536;

/** The keys of `when`, compiled. All must hold. Throws on a bad pattern, expression or account name. */
export function compileConditions(when: When, accounts: Accounts): Condition[] {
  const conditions: Condition[] = [];
  const add = <K extends keyof When>(
    key: K,
    compile: (value: NonNullable<When[K]>) => Condition["holds"],
  ) => {
    const value = when[key];
    if (value !== undefined) conditions.push({ key, holds: compile(value) });
  };
  add("type", byType);
  add("account", (names) => byAccount(names, accounts));
  add("contact", byContact);
  add("conversation", (ids) => (event) => includes(ids, event.data.conversationId));
  add("messageType", (types) => (event) => includes(types, event.data.message?.type));
  add("replyId", byReplyId);
  add("errorCode", (codes) => (event) => errorCodes(event).some((code) => codes.includes(code)));
  add("text", byText);
  add("not", (inner) => {
    const all = compileConditions(inner, accounts);
    return (event) => !all.every(({ holds }) => holds(event));
  });
  return conditions;
}

function byType(patterns: readonly string[]): Condition["holds"] {
  const tests = patterns.map(compilePattern);
  return ({ type }) => tests.some((test) => test(type));
}

function byAccount(names: readonly string[], accounts: Accounts): Condition["holds"] {
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

function byContact(contacts: readonly string[]): Condition["holds"] {
  const wanted = new Set(contacts.map(contactKey));
  return (event) => contactKeys(event).some((key) => wanted.has(key));
}

function byReplyId(wanted: NonNullable<When["replyId"]>): Condition["holds"] {
  if (!("matches" in wanted)) return (event) => replyIds(event).some((id) => wanted.includes(id));
  const compiled = wanted.matches.map((each) => RE2JS.compile(each));
  return (event) => replyIds(event).some((id) => compiled.some((each) => each.test(id)));
}

function byText({ matches, contains, equals }: TextWhen): Condition["holds"] {
  const tests: ((text: string, folded: string) => boolean)[][] = [];
  if (matches) {
    const compiled = matches.map((each) => RE2JS.compile(each));
    tests.push(compiled.map((expression) => (text) => expression.test(text)));
  }
  if (contains) {
    tests.push(contains.map(fold).map((part) => (_, folded) => folded.includes(part)));
  }
  if (equals) {
    tests.push(
      equals
        .map((each) => fold(each).trim())
        .map((whole) => (_, folded) => folded.trim() === whole),
    );
  }
  return (event) => {
    const texts = messageTexts(event.data.message).map((text) => text.slice(0, maxTextLength));
    return tests.every((anyOf) =>
      texts.some((text) => {
        const folded = fold(text);
        return anyOf.some((test) => test(text, folded));
      }),
    );
  };
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
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

/** The ids that the business gave to the button or list row that was chosen. */
function replyIds({ data }: WaypostEvent): string[] {
  const { button, interactive } = data.message ?? {};
  return [button?.payload, interactive?.buttonReply?.id, interactive?.listReply?.id].filter(
    (each): each is string => typeof each === "string",
  );
}
