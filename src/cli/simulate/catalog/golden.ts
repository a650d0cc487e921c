import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Cast, Json } from "../item.ts";
import type { Random } from "../random.ts";

/** The payloads that the package ships: `meta/<name>.json`, and in `events/<name>.json` what becomes of each. */
export const fixturesFolder = new URL("../../../../fixtures/", import.meta.url);

const messageIds = /"((?:wamid|wacid)\.[^"\\]*)"/g;
const times = /("(?:[a-z_]*timestamp|time|start_time|end_time)"\s*:\s*"?)(\d{10})(?!\d)/g;

/**
 * The fixture's text with ids of its own and with its newest time moved to `at`, so that the log takes it
 * for something new (a body without ids and times stays the same event). One id in the file stays one id; all
 * else, escapes and key order too, stays as it is.
 */
export function freshen(text: string, random: Random, at: number): string {
  const salt = random.digits(12);
  const newest = Math.max(0, ...[...text.matchAll(times)].map((match) => Number(match[2])));
  return text
    .replace(messageIds, (_, id: string) => `"${freshId(id, salt)}"`)
    .replace(times, (_, head: string, time: string) => head + String(Number(time) - newest + at));
}

function freshId(id: string, salt: string): string {
  const hash = createHash("sha256").update(`${salt} ${id}`).digest("base64url");
  return `${id.slice(0, "wamid.".length)}${hash.slice(0, 28)}`;
}

/** A webhook field, by example. */
export interface FieldBody {
  readonly field: string;
  /** The event that it becomes. */
  readonly eventType: string;
  readonly value: (c: Cast) => Json;
}

/** Whom and what fixtures are about, and what stands for it: another person, another number, another id. */
const standIns: Readonly<Record<string, (c: Cast) => string | undefined>> = {
  "604410020099881": (c) => c.account.phoneNumberId,
  "493055501200": (c) => c.account.displayPhoneNumber,
  "4915550002211": (c) => c.person.waId,
  "+49 155 5000 2211": (c) => c.person.waId,
  "DE.9031846620571": (c) => c.person.userId,
  "ES.5512093847266": (c) => c.person.userId,
  // Who changes an id gets a new one, or all who do would be one person.
  "DE.1174503928116": (c) => `DE.${c.random.digits(16)}`,
  "ES.8800114433": (c) => `DE.${c.random.digits(16)}`,
  "4915550002299": (c) => `1555${c.random.digits(7)}`,
  "DE.ENT.1": () => undefined,
  "DE.ENT.2": () => undefined,
  "ES.ENT.1": () => undefined,
  "ES.ENT.2": () => undefined,
  "User Lena changed from 4915550002211 to 4915550002299": (c) =>
    `User ${c.person.name} changed number`,
  "Lena Albrecht": (c) => c.person.name,
  "Lena Albrecht (Hochzeit)": (c) => c.person.name,
  "Tomás Rey": (c) => c.person.name,
  "tomas.rey": (c) => c.person.username,
  "@tomas.rey": (c) => c.person.username,
  "The business chose not to share its history": (c) => `Declined (trace ${c.random.digits(8)})`,
  "Too many requests": (c) => `Too many requests (trace ${c.random.digits(8)})`,
};

/** The same by key: new ids and times make a new event. */
const own: Readonly<Record<string, (c: Cast) => unknown>> = {
  waba_id: (c) => c.account.wabaId,
  entity_id: (c) => c.account.phoneNumberId,
  message_template_id: (c) => 1_234_000_000_000_000 + c.random.below(1_000_000),
  solution_id: (c) => c.random.digits(15),
  tier_update_time: (c) => c.at,
  expiration: (c) => c.at + 259_200,
  click_id: (c) => `clk-${c.random.digits(8)}`,
  tracking_token: (c) => `tok-${c.random.digits(8)}`,
  join_request_id: (c) => c.random.digits(12),
  group_id: (c) => `Y2FwaV9ncm91cDo${c.random.digits(8)}`,
};

/** The one change of a fixture of the package, also edited as a text. */
export function fixture(
  name: string,
  edit = (text: string) => text,
): FieldBody & { readonly event: string } {
  const read = (kind: string) =>
    JSON.parse(readFileSync(new URL(`${kind}/${name}.json`, fixturesFolder), "utf8"));
  const { field, value } = read("meta").entry[0].changes[0] as { field: string; value: Json };
  const text = edit(JSON.stringify(value));
  const valueFor = (c: Cast) =>
    JSON.parse(freshen(text, c.random, c.at), (key, told) => {
      const standIn = typeof told === "string" && Object.hasOwn(standIns, told);
      return standIn ? standIns[told]?.(c) : (own[key]?.(c) ?? told);
    });
  return {
    field,
    eventType: read("events")[0].type,
    value: valueFor,
    event: String(value["event"]),
  };
}

/** The message or status of a fixture: without whose it is, its id and its time, and about the one that was sent to the person. */
export function fixtureOf(list: "messages" | "statuses", name: string): (c: Cast) => Json {
  const { value } = fixture(name);
  return (c) => {
    const [told = {}] = value(c)[list] as readonly Json[];
    const { from, from_user_id, recipient_id, recipient_user_id, id, timestamp, ...body } = told;
    return JSON.parse(JSON.stringify(body), (_key, each) =>
      /^wa[mc]id\./.test(String(each)) ? c.answered : each,
    );
  };
}
