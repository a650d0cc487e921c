import { createHash } from "node:crypto";
import type { Link } from "../../contracts.ts";
import type { Choice } from "./message.ts";

/** One message that was, or may have been, sent to the contact. */
interface Sent {
  /** Of the delivery's key. */
  readonly key: string;
  readonly at: number;
  readonly choice: Choice;
  readonly byBot: boolean;
  /** Of the id of the event that it answered, where that counts as its one answer. */
  readonly answered: string;
}

/** What the destination has written to a contact lately, as its link keeps it. */
export interface Sendings {
  readonly sent: readonly Sent[];
  readonly silentUntil: number;
}

export interface Wanted {
  readonly key: string;
  readonly now: number;
  readonly choice: Choice;
  readonly byBot: boolean;
  /** The id of the event that it answers; undefined: another reply to the same is wanted (`after`, a replay). */
  readonly answers: string | undefined;
  readonly maxPerHour: number | undefined;
}

/** It may be sent once `remember` is kept; or never; or later. */
export type Allowed =
  | { readonly remember: Sendings; readonly silences: boolean }
  | { readonly skipped: string }
  | { readonly afterMs: number };

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** It must outlive the silence, and what is asked about after an unknown outcome. */
export const keptMs = dayMs + hourMs;
const usual = { route: 5, bot: 60 };
/**
 * Meta lets a number send to one person once in 6 s on average, in bursts of 45 at most: so ten in a minute.
 */
const pair = { most: 10, withinMs: 60_000 };

/** Pure. */
export function allow({ sent, silentUntil }: Sendings, wanted: Wanted): Allowed {
  const { key, now, choice, byBot, maxPerHour } = wanted;
  const own = hash(key);
  const before = sent.filter((each) => each.key !== own && each.at > now - keptMs);
  const answered = wanted.answers === undefined ? "" : hash(wanted.answers);
  const isRepeat = sent.some((each) => each.key === own);
  if (!isRepeat && silentUntil > now) return { skipped: silenceInWords(silentUntil) };
  if (answered !== "" && before.some((each) => each.answered === answered)) {
    return { skipped: "it has been answered already" };
  }
  const paired = before.filter(({ at }) => at > now - pair.withinMs);
  if (paired.length >= pair.most) {
    const first = Math.min(...paired.map(({ at }) => at));
    return { afterMs: Math.max(1, first + pair.withinMs - now) };
  }
  const alike = before.filter((each) => each.byBot === byBot && each.at > now - hourMs);
  const most = maxPerHour ?? (byBot ? usual.bot : usual.route);
  const silences = alike.length + 1 >= most;
  const until = silences ? now + dayMs : silentUntil;
  const next = { key: own, at: now, choice, byBot, answered };
  return { remember: { sent: [...before, next], silentUntil: until }, silences };
}

export function sentUnder({ sent }: Sendings, key: string): Sent | undefined {
  const own = hash(key);
  return sent.find((each) => each.key === own);
}

function silenceInWords(until: number): string {
  return `the contact got as many replies in an hour as maxPerHour allows, and gets none until ${new Date(until).toISOString()}`;
}

/** Short values: a link is looked up by them. */
export function toLink({ sent, silentUntil }: Sendings): Link {
  const sends = sent.map(({ key, at, choice, byBot, answered }) => [
    `sent ${key}`,
    [at, choice, byBot ? "bot" : "route", answered].join(" "),
  ]);
  const silence = silentUntil > 0 ? { silentUntil: new Date(silentUntil).toISOString() } : {};
  return { ...Object.fromEntries(sends), ...silence };
}

export function fromLink(link: Link | undefined): Sendings {
  const sent = Object.entries(link ?? {}).flatMap(([name, value]): Sent[] => {
    if (!name.startsWith("sent ")) return [];
    const [at = "", choice, by, answered = ""] = value.split(" ");
    const sent = { key: name.slice("sent ".length), at: Number(at), answered };
    return [{ ...sent, choice: choice === "template" ? choice : "free", byBot: by === "bot" }];
  });
  const until = Date.parse(link?.["silentUntil"] ?? "");
  return { sent, silentUntil: Number.isNaN(until) ? 0 : until };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
