import { contactKey } from "../../event/contact-keys.ts";
import { isBsuid } from "../../event/person-id.ts";
import { isCountry } from "../../event/phone.ts";
import { each, record } from "../shape.ts";
import type { Report, Words, YamlPath } from "../yaml-file.ts";
import { messageTypes, misspeltKind } from "./check-types.ts";

/** What is wrong with a value that no event ever has, as it is written; undefined: an event may have it. */
type WhyNever = (value: string) => Words | undefined;

const keys: Readonly<Record<string, WhyNever>> = {
  country: (code) =>
    !/^[A-Z]{2}$/.test(code) || isCountry(code)
      ? undefined
      : { problem: "is no country that has phone numbers", remedy: countryMeant(code) },
  template: comparedWhole,
  flow: comparedWhole,
  messageType: (type) => {
    const meant = misspeltKind(type, messageTypes);
    if (meant === undefined) return comparedWhole(type);
    return { problem: "is a type that no message has", remedy: `Did you mean ${meant}?` };
  },
  reaction: (emoji) =>
    /^:[a-z0-9_+-]+:$/i.test(emoji)
      ? {
          problem: "is the name of an emoji",
          remedy: 'Write the sign itself, in quotes, e.g. "👎"',
        }
      : undefined,
  conversation: (id) =>
    id.startsWith("cnv_")
      ? undefined
      : {
          problem: "is no conversation's id",
          remedy: "Write it as events have it (cnv_…), or use `contact` for a phone number",
        },
  contact: nobody,
};

/** Reports values of a `when` that no event ever has. */
export function checkWritten(when: unknown, path: YamlPath, report: Report): void {
  for (const [key, whyNever] of Object.entries(keys)) {
    checkEach(record(when)[key], [...path, key], whyNever, report);
  }
}

/** Who stands in `lists`. */
export function checkLists(lists: unknown, report: Report): void {
  for (const [name, people] of Object.entries(record(lists))) {
    checkEach(people, ["lists", name], nobody, report);
  }
}

function checkEach(values: unknown, path: YamlPath, whyNever: WhyNever, report: Report): void {
  for (const [value, at] of each(values, path)) {
    const words = typeof value === "string" && value !== "" ? whyNever(value) : undefined;
    if (words !== undefined) report(at, words);
  }
}

function comparedWhole(name: string): Words | undefined {
  if (!name.includes("*")) return undefined;
  return { problem: "has a *, and is compared as it stands", remedy: "Write out each name" };
}

function countryMeant(code: string): string {
  if (code === "UK") return "Did you mean GB?";
  return "Write its two letters of ISO 3166, e.g. GB or DE";
}

/** Neither a BSUID nor a phone with its country code, in any writing. */
function nobody(text: string): Words | undefined {
  const key = contactKey(text);
  const inside = text.includes("(0)");
  if (isBsuid(text.trim()) || (/^[1-9][0-9]{6,14}$/.test(key) && !inside)) return undefined;
  return {
    problem: "is neither a phone number with its country code nor a BSUID",
    remedy: 'Write e.g. "+49 151 23456789", without (0), or "DE.7410258963"',
  };
}
