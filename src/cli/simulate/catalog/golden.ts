import { createHash } from "node:crypto";
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
