import { readFileSync } from "node:fs";
import { compilePointed, type PointedProblem } from "../../support/schema.ts";
import { below, type IntakeProblem } from "./intake-problem.ts";

let find: ((value: unknown) => PointedProblem[]) | undefined;

/** Where a value is not what `schemas/intake.schema.json` says, all places at once. */
export function misfits(value: unknown): IntakeProblem[] {
  find ??= compile();
  const found = find(value).flatMap((problem) =>
    // That one of the two forms does not fit, beside why.
    problem.keyword === "if" ? [] : [toWords(problem)],
  );
  // One value may break several keywords.
  return [...new Map(found.map((each) => [each.path, each])).values()];
}

function compile() {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../../schemas/${name}`, import.meta.url), "utf8"));
  // A reference into a whole schema has Ajv compile all of it: twice the time, for what nobody asks.
  const { $id, $defs } = read("event.schema.json");
  return compilePointed(read("intake.schema.json"), [{ $id, $defs }]);
}

/** By the last key of the path. */
const words: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  type: [
    "is no type that intake takes",
    "Use business.<what> or whatsapp.outgoing.<type>, in lower case",
  ],
  id: [
    "is no usable id",
    "Use 1 to 256 printable ASCII characters without spaces; evt_ and qrn_ begin Waypost's own",
  ],
  time: ["is no time with a time zone", "Write it like 2026-11-20T10:00:00Z"],
  sentAt: ["is no time with a time zone", "Write it like 2026-11-20T10:00:00Z"],
  phoneNumberId: ["is no id of a phone number", "Use Meta's id, digits in a text"],
  wabaId: ["is no id of a WABA", "Use Meta's id, digits in a text"],
  account: [
    "is no account",
    'Use the name of an account of waypost.yaml, or { "phoneNumberId": "…" }',
  ],
  contact: ["is no contact", 'Use { "waId": "…" }, { "userId": "…" } or { "phone": "…" }'],
  business: ["is no object", "Put what happened into an object"],
  datacontenttype: ["is not JSON", "Use application/json, or leave it out"],
  sentBy: ["is nobody that intake knows", "Use human, bot or campaign"],
  ref: ["is no reference", "Use a text of at most 1,024 characters or an object"],
};
const seeSchema = "See schemas/intake.schema.json";

function toWords({ pointer, keyword, reason }: PointedProblem): IntakeProblem {
  const keys = pointer.split("/").slice(1);
  // More digits are no place in a list: below() hides them.
  const path = keys.reduce((at, key) => below(at, /^\d{1,5}$/.test(key) ? Number(key) : key), "");
  if (keyword === "additionalProperties") {
    const remedy = "Leave it out; what is your own goes into business";
    return { path, problem: "is no key that intake knows", remedy };
  }
  if (keyword === "required") return { path, problem: "is missing", remedy: seeSchema };
  if (keyword === "false schema") {
    return { path, problem: "stands beside data", remedy: "Put it into data" };
  }
  if (path === "") return { path, problem: "is no object", remedy: "Send one event" };
  const known = words[keys.at(-1) ?? ""];
  return { path, problem: known?.[0] ?? reason, remedy: known?.[1] ?? seeSchema };
}
