import { type IdKind, idKinds } from "./pseudonyms.ts";
import type { Mask, Schema } from "./schema.ts";
import { lengthOf, safeText } from "./texts.ts";

/**
 * What is not known to be safe: a text as its length, an object as its size (its keys may say something too), a list as that of each
 * member. What else there is, is left out.
 */
export const hide: Mask = (value, pseudonyms) => {
  if (typeof value === "string") return lengthOf(value);
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((each) => hide(each, pseudonyms) ?? null);
  if (typeof value !== "object") return undefined;
  return { masked: `${Buffer.byteLength(JSON.stringify(value) ?? "")} bytes` };
};

/** What the schema says outright. */
export function markedMask(schema: Schema): Mask | undefined {
  const kind = schema["x-mask"];
  if (kind !== undefined) {
    if (kind === "text" || kind === "anything") return hide;
    if (!isIdKind(kind)) throw new TypeError(`there is no x-mask ${kind}`);
    return (value, pseudonyms) =>
      typeof value === "string" ? pseudonyms.of(kind, value) : hide(value, pseudonyms);
  }
  const as = schema["x-safe"];
  if (as === undefined) return undefined;
  if (as === true) return (value) => value;
  if (as === false) return hide;
  return (value, pseudonyms) =>
    typeof value === "string" ? safeText(value, as) : hide(value, pseudonyms);
}

function isIdKind(text: string): text is IdKind {
  return (idKinds as readonly string[]).includes(text);
}

/** The value where it is one of these. */
export function oneOf(values: readonly unknown[]): Mask {
  const allowed = new Set(values);
  return (value, pseudonyms) => (allowed.has(value) ? value : hide(value, pseudonyms));
}

/** What all of them show of it; where they differ, nothing is known. */
export function agreeing(masks: readonly Mask[]): Mask {
  const [first = hide, ...others] = masks;
  if (others.length === 0) return first;
  return (value, pseudonyms) => {
    const shown = first(value, pseudonyms);
    const text = JSON.stringify(shown);
    const same = others.every((mask) => JSON.stringify(mask(value, pseudonyms)) === text);
    return same ? shown : hide(value, pseudonyms);
  };
}
