import { isDeepStrictEqual } from "node:util";
import { compilePattern } from "../../event/pattern.ts";
import { each, record } from "../shape.ts";
import { works } from "./checked.ts";

/** `when` or `only` as it is written. */
export type Conditions = Readonly<Record<string, unknown>>;

/** Whatever meets `conditions` meets `others` too, of which there may be none. False where that is not certain. */
export function impliesAll(conditions: Conditions, others: Conditions): boolean {
  return Object.entries(others).every(([key, other]) => {
    const own = conditions[key];
    return own !== undefined && own !== null && implies(key, own, other);
  });
}

/** Of texts, any value of a list is enough: all of `own` must be among `other`. */
function implies(key: string, own: unknown, other: unknown): boolean {
  const listed = [own, other].every((side) => Array.isArray(side) || typeof side !== "object");
  if (!listed && key === "data") return isDataWithin(record(own), record(other));
  // Each field must hold for itself.
  if (!listed && key === "field") return impliesAll(record(own), record(other));
  if (!listed) return isDeepStrictEqual(own, other);
  const others = each(other, []).map(([value]) => value);
  const owns = each(own, []);
  return (
    owns.length > 0 &&
    owns.every(([value]) =>
      others.some((each) => each === value || (key === "type" && isWithin(value, each))),
    )
  );
}

/** By path. */
function isDataWithin(own: Conditions, other: Conditions): boolean {
  return Object.entries(other).every(([path, wanted]) => {
    const value = own[path];
    if (value === undefined || value === null) return false;
    return implies(path, value, wanted) || isRangeWithin(record(value), wanted);
  });
}

/** Each bound of the wider range is also one of the narrower. */
function isRangeWithin(range: Conditions, wanted: unknown): boolean {
  if (typeof wanted !== "object" || Array.isArray(wanted)) return false;
  return Object.entries(record(wanted)).every(([bound, limit]) => {
    const own = range[bound];
    if (typeof own !== "number" || typeof limit !== "number") return isDeepStrictEqual(own, limit);
    return bound === "atMost" ? own <= limit : own >= limit;
  });
}

/** Every type that the one pattern takes, the other takes too. */
function isWithin(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  if (![one, other].every((pattern) => works(() => compilePattern(pattern)))) return false;
  return covers(other.split("."), one.split("."));
}

function covers([first, ...others]: string[], types: string[]): boolean {
  const [type, ...rest] = types;
  if (first === undefined) return type === undefined;
  if (first === "#") {
    return covers(others, types) || (type !== undefined && covers(["#", ...others], rest));
  }
  if (type === undefined || type === "#") return false;
  return (first === "*" || first === type) && covers(others, rest);
}
