import { RE2JS } from "re2js";
import { each, list, record } from "../shape.ts";
import { closest } from "../typos.ts";
import type { Words } from "../yaml-file.ts";
import { works } from "./checked.ts";

/** Of what templates name and whose parts are all known: these. Others hold whatever Meta, a service or the file says. */
const parts: Readonly<Record<string, readonly string[]>> = {
  contact: [
    ...["id", "formerIds", "name", "username", "userId", "waId", "phone"],
    ...["tags", "fields", "owner", "consent", "first"],
  ],
  about: ["id", "at", "template", "campaign", "variant", "ref", "status"],
  account: ["name", "phoneNumberId", "wabaId", "displayPhoneNumber", "businessId"],
  conversation: ["id", "topic"],
  links: ["chat"],
};

/** Named groups of a route's or a source's expressions. undefined: not known before variables are filled in. */
export type Groups = readonly string[] | undefined;

/** What the file itself says of names: where templates stand in it, and of `pools`. */
export interface Named {
  readonly groups: Groups;
  /** The parts of `owner`. undefined: the file has no pools. */
  readonly owner: readonly string[] | undefined;
}

/** Why a variable such as `contact.nmae` is never there; undefined: it may be. */
export function whyNeverThere(path: string, { groups, owner }: Named): Words | undefined {
  const [name = "", part] = path.split(".");
  if (part === undefined || part === "size") return undefined;
  if (name === "match") return groups && ofMatch(part, groups);
  const known = name === "owner" ? owner : partsOf(name);
  if (known === undefined || known.includes(part)) return undefined;
  const meant = closest(part, known, 2);
  return {
    problem: `names "${name}.${part}", which is never there`,
    remedy: meant ? `Did you mean ${name}.${meant}?` : insteadOf(name, part, known),
  };
}

function partsOf(name: string): readonly string[] | undefined {
  return Object.hasOwn(parts, name) ? parts[name] : undefined;
}

function insteadOf(name: string, part: string, known: readonly string[]): string {
  if (name === "contact") return `Use contact.fields.${part} for a field of the contact`;
  if (name === "about") return `Use about.ref.${part} for what your service told with the message`;
  return `Use one of ${known.map((each) => `${name}.${each}`).join(", ")}`;
}

function ofMatch(part: string, groups: readonly string[]): Words | undefined {
  if (groups.includes(part)) return undefined;
  const meant = closest(part, groups, 1) ?? (groups.length === 1 ? groups[0] : undefined);
  const problem = `names "match.${part}", and no named group of an expression is called so`;
  if (meant !== undefined) return { problem, remedy: `Did you mean match.${meant}?` };
  return { problem, remedy: `Add one to \`when\`, e.g. matches: "(?P<${part}>\\\\d+)"` };
}

/** Whom a pool picked is shown with what the member has in the file of now. */
export function partsOfOwner(pools: unknown): Named["owner"] {
  if (pools === undefined) return undefined;
  const members = Object.values(record(pools)).flatMap((pool) => list(pool).map(record));
  const keys = members.flatMap((member) => Object.keys(member).filter((key) => key !== "hours"));
  return [...new Set(["name", "pool", ...keys])];
}

/** Of the `when` of a route. */
export function groupsOfRoute(when: unknown): Groups {
  const { text, replyId, data } = record(when);
  return groupsOf([text, replyId, ...Object.values(record(data))]);
}

/** Of the `when` of a source's event. */
export function groupsOfSource(when: unknown): Groups {
  return groupsOf(Object.values(record(when)));
}

function groupsOf(conditions: readonly unknown[]): Groups {
  const expressions = conditions
    .filter((condition) => !Array.isArray(condition))
    .flatMap((condition) => each(record(condition)["matches"], []).map(([text]) => text));
  const found: string[] = [];
  for (const expression of expressions) {
    if (typeof expression !== "string" || expression.includes("${")) return undefined;
    if (!works(() => found.push(...Object.keys(RE2JS.compile(expression).namedGroups())))) {
      return undefined;
    }
  }
  return found;
}
