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

const noText = "is no text of 1 to 256 characters";
const whose = 'Use { "waId": "…" }, { "userId": "…" } or { "phone": "…" }';

/** By the last keys of the path. */
const words: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  type: [
    "is no type that intake takes",
    "Use business.<what> or whatsapp.outgoing.<type>, in lower case",
  ],
  id: [
    "is no usable id",
    "Use 1 to 256 printable ASCII characters without spaces; evt_ and qrn_ begin Waypost's own",
  ],
  "message/id": ["is no wamid", "Use the id that Meta answered, wamid.…; leave it out until then"],
  "context/id": ["is no id of a message", "Use the wamid of the message that is quoted"],
  specversion: ["is no version that intake knows", 'Use "1.0"'],
  data: ["is no object", "Put account, contact, and message or business into it"],
  message: ["is no object", 'Use { "id": "wamid.…", "text": "…" }'],
  text: ["is no text", 'Write it as a text, or as { "body": "…" }'],
  template: ["is no template", 'Use { "name": "…", "language": "…" }'],
  time: ["is no time with a time zone", "Write it like 2026-11-20T10:00:00Z"],
  sentAt: ["is no time with a time zone", "Write it like 2026-11-20T10:00:00Z"],
  phoneNumberId: ["is no id of a phone number", "Use Meta's id, digits in a text"],
  wabaId: ["is no id of a WABA", "Use Meta's id, digits in a text"],
  account: [
    "is no account",
    'Use the name of an account of waypost.yaml, or { "phoneNumberId": "…" }',
  ],
  contact: ["is no contact", whose],
  phone: [noText, 'Write it as a text, with its country code: "+49 151 23456789"'],
  waId: [noText, "Write the digits that Meta calls wa_id as a text"],
  userId: [noText, "Write the BSUID as Meta sends it, like DE.7410258963"],
  campaign: [noText, "Shorten it, or leave it out"],
  variant: [noText, "Shorten it, or leave it out"],
  groupId: [noText, "Use the group's id as Meta sends it"],
  business: ["is no object", "Put what happened into an object"],
  datacontenttype: ["is not JSON", "Use application/json, or leave it out"],
  sentBy: ["is nobody that intake knows", "Use human, bot or campaign"],
  ref: ["is no reference", "Use a text of at most 1,024 characters or an object"],
};
const seeSchema = "See schemas/intake.schema.json";
const own = "what is your own goes into business, of a message into ref";
/** Where to put what services tell beside it, by its key. */
const homes = new Map<string, string>([
  ...["to", "phone", "waId", "userId", "name"].map((key) => [key, "contact"] as const),
  ...["text", "template"].map((key) => [key, "message"] as const),
  ...["phoneNumberId", "wabaId"].map((key) => [key, "account"] as const),
  ["wamid", "message, as its id"],
]);

function toWords({ pointer, keyword, reason }: PointedProblem): IntakeProblem {
  const keys = pointer.split("/").slice(1);
  // More digits are no place in a list: below() hides them.
  const path = keys.reduce((at, key) => below(at, /^\d{1,5}$/.test(key) ? Number(key) : key), "");
  if (keyword === "additionalProperties") {
    const home = homes.get(/^(?:\/data)?\/(\w+)$/.exec(path)?.[1] ?? "");
    const remedy = home === undefined ? `Leave it out; ${own}` : `Put it into ${home}`;
    return { path, problem: "is no key that intake knows", remedy };
  }
  if (keyword === "false schema") {
    return { path, problem: "stands beside data", remedy: "Put it into data" };
  }
  if (path === "") return { path, problem: "is no object", remedy: "Send one event" };
  const known = words[keys.slice(-2).join("/")] ?? words[keys.at(-1) ?? ""];
  if (keyword === "required") {
    return { path, problem: "is missing", remedy: known?.[1] ?? seeSchema };
  }
  return { path, problem: known?.[0] ?? reason, remedy: known?.[1] ?? seeSchema };
}
