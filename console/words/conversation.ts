import type { Answer } from "../api/client.ts";
import type { Tone } from "./delivery.ts";
import { nameOf } from "./person.ts";
import { span } from "./time.ts";

export type Conversation = Answer<"GET", "/api/conversations">["items"][number];
export type ChatMessage = Answer<"GET", "/api/conversations/{id}/messages">["items"][number];

const hour = 3_600_000;

/** The name, else the username, else whatever it is known by. */
export function who({ contact, groupId }: Pick<Conversation, "contact" | "groupId">): string {
  return nameOf(contact) || (groupId === undefined ? "Somebody" : "A group");
}

interface Window {
  readonly words: string;
  readonly tone: Tone;
}

/** Until when a free answer may be sent: Meta's 24 hours from what they wrote last. */
export function windowInWords(
  { windowOpenUntil, lastInboundAt }: Pick<Conversation, "windowOpenUntil" | "lastInboundAt">,
  now: number,
): Window {
  if (lastInboundAt === undefined) return { words: "they have not written", tone: "quiet" };
  const left = Date.parse(windowOpenUntil ?? lastInboundAt) - now;
  if (left <= 0) return { words: "window closed", tone: "quiet" };
  return { words: `window closes in ${span(left)}`, tone: left < 4 * hour ? "wait" : "good" };
}

const senders = {
  contact: "",
  human: "Colleague",
  bot: "Bot",
  phone: "WhatsApp app",
  api: "Your services",
  unknown: "",
} as const;

/** Who of our side wrote it; "" where nobody told. */
export function sender({ by }: Pick<ChatMessage, "by">): string {
  return senders[by];
}

const statuses: Readonly<Record<string, readonly [ticks: string, words: string]>> = {
  sent: ["✓", "Sent"],
  delivered: ["✓✓", "Delivered"],
  read: ["✓✓", "Read"],
  played: ["✓✓", "Played"],
  failed: ["!", "Failed"],
};

export function statusInWords(status: string): readonly [ticks: string, words: string] {
  return statuses[status] ?? ["", status];
}
