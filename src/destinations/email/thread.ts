import { createHash } from "node:crypto";
import type { DeliveryContext, Link, WaypostEvent } from "../../contracts.ts";

/** The mails of a conversation that belong together, as its link remembers them. */
export interface Thread {
  /** Message-IDs without their brackets. */
  readonly first: string;
  readonly last: string;
  /** Time of the last event that was sent. */
  readonly at: string;
  /** Of the first, without "Re:". */
  readonly subject: string;
}

/** What tells the threads of one conversation apart: other people, or another subject, is another thread. */
export interface ThreadKey {
  readonly recipients: readonly string[];
  readonly subjectSource: string;
}

/** So many are remembered of one conversation. */
const mostThreads = 8;

/** undefined: it begins with this mail, for there is none or it has been silent for too long. */
export function threadOf(
  { link }: Pick<DeliveryContext, "link">,
  key: ThreadKey,
  event: WaypostEvent,
  newAfterMs: number,
): Thread | undefined {
  const [first = "", last = "", at = "", ...subject] = (link?.[nameOf(key)] ?? "").split(" ");
  if (first === "") return undefined;
  if (Date.parse(event.time) - Date.parse(at) >= newAfterMs) return undefined;
  return { first, last, at, subject: subject.join(" ") };
}

/** The link with this thread as it is now; those not written to for the longest time are forgotten. */
export function withThread(link: Link | undefined, key: ThreadKey, thread: Thread): Link {
  const { first, last, at, subject } = thread;
  const name = nameOf(key);
  const others = Object.entries(link ?? {})
    .filter(([each]) => each.startsWith("thread-") && each !== name)
    .sort(([, one], [, other]) => (timeIn(one) < timeIn(other) ? 1 : -1))
    .slice(0, mostThreads - 1);
  return Object.fromEntries([...others, [name, [first, last, at, subject].join(" ")]]);
}

/** Message-IDs of the first mails that a link remembers. */
export function firstMails(link: Link): string[] {
  return Object.entries(link).flatMap(([name, value]) =>
    name.startsWith("thread-") ? [value.split(" ")[0] ?? ""] : [],
  );
}

function timeIn(value: string): string {
  return value.split(" ")[2] ?? "";
}

function nameOf({ recipients, subjectSource }: ThreadKey): string {
  const text = JSON.stringify([[...recipients].sort(), subjectSource]);
  return `thread-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}

/** The same for every attempt of a delivery: who gets two of it can tell. Without its brackets. */
export function messageIdOf(
  { idempotencyKey }: Pick<DeliveryContext, "idempotencyKey">,
  domain: string,
): string {
  const digest = createHash("sha256").update(idempotencyKey).digest("hex");
  return `waypost.${digest.slice(0, 40)}@${domain}`;
}
