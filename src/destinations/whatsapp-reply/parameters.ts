import { phoneInWords } from "../../event/phone.ts";

/** Blanks and what nobody sees: a name may be a mark of direction alone. */
const invisible = /^[\p{Z}\p{C}]*$/u;

/** Where a template has a parameter that shows nothing, which Meta refuses: `body.0`. As it was rendered. */
export function emptyParameters(template: unknown): string[] {
  const parts = partsOf(template);
  const { header, body, buttons } = parts;
  return [
    ...("header" in parts && isEmpty(header) ? ["header"] : []),
    ...emptyIn("body", body),
    ...Object.entries(partsOf(buttons)).flatMap(([at, button]) => emptyIn(`buttons.${at}`, button)),
  ];
}

function emptyIn(place: string, parts: unknown): string[] {
  return Object.entries(partsOf(parts)).flatMap(([key, value]) =>
    isEmpty(value) ? [`${place}.${key}`] : [],
  );
}

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

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "string" && invisible.test(value);
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
