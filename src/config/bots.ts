import { type Checked, checkReference } from "./check/checked.ts";
import type { RawDestination } from "./raw-routing.ts";
import { record } from "./shape.ts";
import type { YamlPath } from "./yaml-file.ts";

/* Who writes to contacts, and whose answers are written: a destination of kind webhook with `reply: true`. */

/** The only kind that writes to contacts by itself. */
const replyKind = "whatsapp-reply";

type Destinations = Readonly<Record<string | number, unknown>> | undefined;

/** Names of those that can write to a contact. */
export function replyDestinations(destinations: Destinations): string[] {
  return namesOf(destinations, ({ kind }) => kind === replyKind);
}

/** Names of those whose answers are carried out. */
export function botsOf(destinations: Destinations): string[] {
  return namesOf(destinations, isBot);
}

function isBot({ kind, reply }: Readonly<Record<string, unknown>>): boolean {
  return kind === "webhook" && reply === true;
}

function namesOf(
  destinations: Destinations,
  is: (destination: Record<string, unknown>) => boolean,
): string[] {
  return Object.entries(destinations ?? {})
    .filter(([, given]) => is(record(given)))
    .map(([name]) => name);
}

/** A bot that does not say through whom it answers does so through the only one there is. */
export function withVia(destination: RawDestination, [sender]: readonly string[]): RawDestination {
  return isBot(destination) && sender !== undefined ? { via: sender, ...destination } : destination;
}

/** Names of destinations through which this one may answer, as routes have it too. */
export function viasOf(options: Readonly<Record<string, unknown>> | undefined): string[] {
  const via = options?.["via"];
  return typeof via === "string" ? [via] : [];
}

/** What the schema of a webhook cannot say of `reply` and `via`. */
export function checkBot(destination: unknown, path: YamlPath, checked: Checked): void {
  const { kind, format, via } = record(destination);
  if (kind !== "webhook") return;
  if (!isBot(record(destination))) {
    if (via === undefined) return;
    checked.report([...path, "via"], {
      problem: "belongs to a bot, whose answers it sends",
      remedy: "Add reply: true, or remove via",
    });
    return;
  }
  if (format === "meta") {
    checked.report([...path, "format"], {
      problem: "is not for a bot, which is sent events and answers them",
      remedy: "Remove format, or reply: true",
    });
  }
  checkVia({ via, for: "reply: true" }, [...path, "via"], checked);
}

/** Options of a route for a bot: it is one for all routes, or for none. */
export function checkBotOverride(override: unknown, path: YamlPath, checked: Checked): void {
  const { reply, via } = record(override);
  if (reply !== undefined) {
    checked.report([...path, "reply"], {
      problem: "belongs to the destination, and is the same for all routes",
      remedy: "Set it there, or add a destination of its own for this route",
    });
  }
  if (via !== undefined) checkVia({ via, for: "reply: true" }, [...path, "via"], checked);
}

/** `for`: why there must be somebody who sends. */
export function checkVia(
  { via, for: what }: { readonly via: unknown; readonly for: "reply: true" | "confirm" },
  path: YamlPath,
  checked: Checked,
): void {
  const senders = replyDestinations(record(record(checked.value)["destinations"]));
  if (via === undefined) {
    if (senders.length === 1) return;
    const none = senders.length === 0;
    checked.report(path, {
      problem: `is missing, and ${none ? "no" : "more than one"} destination can send what ${what} asks for`,
      remedy: none
        ? `Add a destination of kind whatsapp-reply, or remove ${what}`
        : `Name one of ${senders.join(", ")}`,
    });
    return;
  }
  checkReference(via, "destinations", path, checked);
  const known = record(record(checked.value)["destinations"]);
  if (typeof via !== "string" || senders.includes(via) || !Object.hasOwn(known, via)) return;
  checked.report(path, {
    problem: "cannot write to contacts",
    remedy: "Name a destination of kind whatsapp-reply",
  });
}
