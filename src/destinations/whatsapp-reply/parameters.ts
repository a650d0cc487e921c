import { phoneInWords } from "../../event/phone.ts";
import { isEmpty, partsOf } from "../reply-misfits.ts";

/** `other` in the places where `template` shows nothing. Both are renderings of one template. */
export function filledFrom(template: unknown, other: unknown): unknown {
  if (isEmpty(template)) return other;
  if (typeof template !== "object") return template;
  const others = partsOf(other);
  const filled = Object.entries(template ?? {}).map(([key, value]): [string, unknown] => [
    key,
    filledFrom(value, others[key]),
  ]);
  return Array.isArray(template) ? filled.map(([, value]) => value) : Object.fromEntries(filled);
}

/** Whose name nobody knows is called by username, else by phone. */
export function calledSomehow(contact: unknown): unknown {
  const known = partsOf(contact);
  const { name, username, phone, waId } = known;
  if (!isEmpty(name)) return contact;
  const digits = [phone, waId].find((each) => typeof each === "string" && /^\+?\d+$/.test(each));
  const called = isEmpty(username)
    ? digits && phoneInWords(String(digits).replace("+", ""))
    : username;
  return called === undefined ? contact : { ...known, name: called };
}
