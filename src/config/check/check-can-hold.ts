import { each, record } from "../shape.ts";
import type { Report, YamlPath } from "../yaml-file.ts";
import { type Conditions, impliesAll } from "./implies.ts";

/**
 * Reports a route that can never take an event. Only what is certain: a condition that its types never meet, two
 * that exclude each other, and a `not` that says what the condition says.
 */
export function checkCanHold(
  route: Conditions,
  path: YamlPath,
  report: Report,
  defaults?: unknown,
): void {
  const { when, only } = route;
  checkKeysFitTypes(record(when), [...path, "when"], report);
  checkKeysFitEachOther(record(when), [...path, "when"], report);
  checkNotItsOpposite(record(when), [...path, "when"], report);
  checkNotItsOpposite(record(only), [...path, "only"], report);
  checkIsMessage(record(when), record(only), [...path, "only"], report);
  if (route["defaults"] === false) return;
  const pairs = [
    [record(only), record(defaults)["not"]],
    [record(defaults), record(only)["not"]],
  ] as const;
  if (pairs.some(([held, not]) => excludes(held, not))) {
    report([...path, "only"], {
      problem: "never holds beside `defaults`, which excludes it",
      remedy: "Add `defaults: false` to the route, or change one of them",
    });
  }
}

/** Of the types `whatsapp.<family>.…`: families whose events hold no message. */
const withoutMessage =
  /^(status|payment|template|account|phone|flow|call|user|error|tracking|conversion|group|contact)$/;
/** Types of messages of which we know what they can hold. */
const plainTypes =
  /^(text|image|video|audio|document|sticker|location|contacts|order|reaction|button|interactive|template)$/;

/** Where a key can hold: families of `whatsapp.` that exclude it, and message types that it needs. */
const ofMessages = { business: false, never: withoutMessage };
const rules: Readonly<
  Record<string, { readonly business: boolean; readonly never: RegExp; readonly needs?: RegExp }>
> = {
  text: ofMessages,
  messageType: ofMessages,
  referral: ofMessages,
  replyId: { ...ofMessages, needs: /^(button|interactive)$/ },
  flow: { ...ofMessages, needs: /^interactive$/ },
  reaction: { ...ofMessages, needs: /^reaction$/ },
  template: {
    business: false,
    never: new RegExp(`${withoutMessage.source}|^message$`),
    needs: /^template$/,
  },
  errorCode: { business: false, never: /^$/ },
  data: { business: true, never: /^(message|status|echo)$/ },
  "from contact": { business: true, never: /^(echo|outgoing)$/ },
  "from business": { business: true, never: /^message$/ },
};

function checkKeysFitTypes(when: Conditions, path: YamlPath, report: Report): void {
  const types = each(when["type"], path).map(([type]) => type);
  if (types.length === 0) return;
  for (const [key, value] of Object.entries(when)) {
    const rule = rules[key === "from" ? `from ${String(value)}` : key];
    if (rule === undefined || holdsWithout(key, value)) continue;
    if (types.some((type) => typeof type !== "string" || mayHold(type, rule))) continue;
    report([...path, key], {
      problem: "never holds for events of these types",
      remedy: "Correct type, or remove one of the two; docs/events.md shows what each type holds",
    });
  }
}

/** Only messages are the first of somebody, or open a conversation. */
function checkIsMessage(when: Conditions, only: Conditions, path: YamlPath, report: Report): void {
  const types = each(when["type"], path).map(([type]) => type);
  if (types.length === 0 || types.some((type) => typeof type !== "string" || mayBeMessage(type)))
    return;
  for (const key of ["first", "opens"].filter((each) => only[each] === true)) {
    report([...path, key], {
      problem: "never holds for events of these types: only what the contact writes is meant",
      remedy: "Set when.type to whatsapp.message.*, or remove it",
    });
  }
}

function mayBeMessage(pattern: string): boolean {
  const [root = "", family = "#"] = pattern.split(".");
  return /^(whatsapp|[*#])$/.test(root) && (root === "#" || /^(message|[*#])$/.test(family));
}

/** Conditions that also events without such a part meet. */
function holdsWithout(key: string, value: unknown): boolean {
  if (key === "referral") return value === false;
  if (key !== "data") return false;
  return Object.values(record(value)).every((each) => record(each)["exists"] === false);
}

function mayHold(type: string, { business, never, needs }: (typeof rules)[string]): boolean {
  const [first = "", family = "", kind = ""] = type.split(".");
  if (first === "business") return business;
  if (first !== "whatsapp") return true;
  if (never.test(family)) return false;
  const isMessage = /^(message|echo|outgoing)$/.test(family);
  return !(isMessage && needs !== undefined && plainTypes.test(kind) && !needs.test(kind));
}

/** A message is at most one of these. */
const exclusive = ["replyId", "flow", "reaction", "template"];

function checkKeysFitEachOther(when: Conditions, path: YamlPath, report: Report): void {
  const [first, second] = exclusive.filter((key) => when[key] !== undefined);
  const other = when["template"] !== undefined && when["from"] === "contact" ? "from" : second;
  if (first === undefined || other === undefined) return;
  report([...path, other], {
    problem: `never holds together with ${first}`,
    remedy: "Make two routes of it, or remove one of the two",
  });
}

function checkNotItsOpposite(conditions: Conditions, path: YamlPath, report: Report): void {
  if (!excludes(conditions, conditions["not"])) return;
  report([...path, "not"], {
    problem: "excludes all that the other conditions take",
    remedy: "Narrow it, or remove one of the two",
  });
}

/** Whatever meets `conditions` meets what must not hold. */
function excludes(conditions: Conditions, not: unknown): boolean {
  return Object.keys(record(not)).length > 0 && impliesAll(conditions, record(not));
}
