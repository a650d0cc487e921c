import { isInboundMessage } from "./direction.ts";
import type { NamedAccounts, WaypostEvent } from "./event.ts";
import { messageTexts } from "./message-texts.ts";

/** Words by account's name; `*`: of every account that has none of its own. */
export interface ConsentRules {
  readonly stop: Readonly<Record<string, readonly string[]>>;
  readonly start: Readonly<Record<string, readonly string[]>>;
}

export interface ConsentChange {
  readonly marketing?: "revoked" | "granted";
  readonly stopped?: boolean;
  /** The word that says it, as the rules have it. */
  readonly word?: string;
  /** When it was said: by the person's clock, but not later than it was received. */
  readonly at: string;
}

/**
 * What an event says of its contact's consent: a message that is a word of `stop` as a whole takes all back, one of `start` grants all
 * again, any other that they write ends `stopped` alone; Meta's own switch for offers is about offers alone. Without rules there are no
 * words. undefined: nothing, as in groups, where nobody speaks for the others, and of reactions.
 */
export function consentChange(
  event: WaypostEvent,
  rules: ConsentRules | undefined,
  accounts: NamedAccounts = {},
): ConsentChange | undefined {
  const { groupId, preference, message } = event.data;
  if (groupId !== undefined) return undefined;
  const marketing = marketingIn(preference);
  if (marketing !== undefined) return { marketing, at: saidAt(event, preference?.at) };
  if (!isInboundMessage(event) || message?.type === "reaction") return undefined;
  const at = saidAt(event, message?.sentAt);
  const texts = messageTexts(message)
    .map(folded)
    .filter((text) => text !== "");
  const wordIn = (words: ConsentRules["stop"] = {}) =>
    wordsOf(words, event, accounts).find((word) => texts.includes(folded(word)));
  const [stop, start] = [wordIn(rules?.stop), wordIn(rules?.start)];
  if (stop !== undefined) return { marketing: "revoked", stopped: true, word: stop, at };
  if (start !== undefined) return { marketing: "granted", stopped: false, word: start, at };
  return { stopped: false, at };
}

function marketingIn(
  preference: WaypostEvent["data"]["preference"],
): ConsentChange["marketing"] | undefined {
  const { category = "marketing_messages", value = "" } = preference ?? {};
  if (category !== "marketing_messages") return undefined;
  if (value === "stop") return "revoked";
  return value === "resume" || value === "signup" ? "granted" : undefined;
}

function wordsOf(
  words: ConsentRules["stop"],
  { data: { account } }: WaypostEvent,
  accounts: NamedAccounts,
): readonly string[] {
  const entries = Object.entries(accounts);
  const [name] =
    entries.find(
      ([, { phoneNumberId }]) => phoneNumberId && phoneNumberId === account.phoneNumberId,
    ) ??
    entries.find(
      ([, each]) => !each.phoneNumberId && each.wabaId && each.wabaId === account.wabaId,
    ) ??
    [];
  const own = name !== undefined && Object.hasOwn(words, name) ? words[name] : undefined;
  return own ?? words["*"] ?? [];
}

/**
 * Letter case, the dots of Turkish letters, compatibility forms, what nobody sees, and white space, punctuation, signs and emoji around it
 * do not count: "Stop." and "🛑 STOP" are STOP. A word of nothing else stands for itself. "": nothing is seen.
 */
export function folded(text: string): string {
  const plain = text
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase()
    .replace(/\p{DI}|(?<=i)\u0307/gu, "")
    .trim();
  return plain.replace(/^[\p{P}\p{Z}\p{S}\p{Cc}]+|[\p{P}\p{Z}\p{S}\p{Cc}]+$/gu, "") || plain;
}

function saidAt({ time, data }: WaypostEvent, told: string | undefined): string {
  const received = Date.parse(data.receivedAt);
  const at = [told, time].map((text) => Date.parse(text ?? "")).find((each) => !Number.isNaN(each));
  return new Date(Math.min(at ?? received, received)).toISOString();
}
