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

/** Each of their entries must hold for itself. */
const allOf = /^(data|field)$/;

/** Of texts, any value of a list is enough: all of `own` must be among `other`. */
function implies(key: string, own: unknown, other: unknown): boolean {
  const listed = [own, other].every((side) => Array.isArray(side) || typeof side !== "object");
  if (!listed && allOf.test(key)) return impliesAll(record(own), record(other));
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
