import { replyDestinations } from "../bots.ts";
import { each, record } from "../shape.ts";
import type { YamlPath } from "../yaml-file.ts";
import type { Checked } from "./checked.ts";
import { targetsOf } from "./targets.ts";

/** What makes a reply one. */
const saying = ["text", "media", "template", "read", "typing"];

/** Of the kind `whatsapp-reply`: a route tells it what to write, and to whom that is an answer. */
export function checkReplies(
  { to, when }: Readonly<Record<string, unknown>>,
  path: YamlPath,
  checked: Checked,
): void {
  const destinations = record(record(checked.value)["destinations"]);
  const replying = replyDestinations(destinations);
  for (const { name, options, at } of targetsOf(to, [...path, "to"])) {
    if (!replying.includes(String(name))) continue;
    const told = { ...record(destinations[String(name)]), ...record(options) };
    if (saying.every((key) => told[key] === undefined)) {
      checked.report(at, {
        problem: "is not told what to write",
        remedy: `Say it here, e.g. { ${String(name)}: { text: "Back at 9." } }, or in destinations.${String(name)}`,
      });
    }
    if (mayBeAnswered(record(when))) continue;
    checked.report(at, {
      problem: "never writes: events of these types are not answered",
      remedy:
        "Where they are statuses or what your side sent, emit a business.… event of them and lead that here; echoes, reactions and the like are never answered",
    });
  }
}

/** Kinds of messages that ask for no answer. */
const unanswered = /^(reaction|edit|revoke|system|request_welcome)$/;

/** False where every event that the route takes is one that its guard lets nobody answer. */
function mayBeAnswered({ type, reaction, template }: Readonly<Record<string, unknown>>): boolean {
  if (reaction !== undefined || template !== undefined) return false;
  const types = each(type, []).map(([pattern]) => pattern);
  return types.length === 0 || types.some((each) => typeof each !== "string" || isAnswered(each));
}

function isAnswered(pattern: string): boolean {
  const [root = "", family = "#", kind = "#"] = pattern.split(".");
  if (root !== "whatsapp") return true;
  return /^(call|[*#])$/.test(family) || (family === "message" && !unanswered.test(kind));
}
