import type { EventData, Message, WaypostEvent } from "./generated.ts";
import { omittedOfData, omittedOfMessage } from "./generated-paths.ts";
import { isBsuid } from "./person-id.ts";

/** `raw` goes with each of the others, for it holds them all. */
export const omissions = ["raw", "phone", "name", "text", "media"] as const;
export type Omission = (typeof omissions)[number];

/** Which fields these are, the marks `x-omit` and `x-says` of the schema say. */
type Paths = Readonly<Record<Omission, readonly string[]>>;
const ofMessage: Paths = omittedOfMessage;
const ofData: Paths = omittedOfData;

/**
 * The event without these. What stays: ids (BSUIDs, wamids and conversation ids among them, though Meta makes wamids of
 * phones), the business's own number, business data, `ref` and what else your services said.
 */
export function omitFrom(event: WaypostEvent, omit: readonly Omission[] | undefined): WaypostEvent {
  if (omit === undefined || omit.length === 0) return event;
  const { message, ...data } = event.data;
  const paths = [...new Set<Omission>(["raw", ...omit])].flatMap((each) => ofData[each]);
  const told = without(data, paths) as EventData;
  return { ...event, data: message ? { ...told, message: omitFromMessage(message, omit) } : told };
}

/** The same of a message by itself. */
export function omitFromMessage(message: Message, omit: readonly Omission[]): Message {
  const paths = omit.flatMap((each) => ofMessage[each]);
  const { edit, button, ...rest } = message;
  const inner = edit?.message;
  // Meta gives a button of a template its text where the business gave it no payload.
  const { payload, ...tapped } = button ?? {};
  const says = payload === tapped.text && omit.includes("text");
  const less = {
    ...rest,
    ...(button && { button: says ? tapped : button }),
    ...(edit && { edit: inner ? { ...edit, message: omitFromMessage(inner, omit) } : edit }),
  };
  return without(less, paths) as Message;
}

/**
 * An event that a destination made of one that it was told in part: about the person whom the whole one is about, and in
 * their conversation.
 */
export function withPersonOf(
  source: WaypostEvent,
  told: WaypostEvent,
  made: WaypostEvent,
): WaypostEvent {
  const same = JSON.stringify(made.data.contact) === JSON.stringify(told.data.contact);
  if (made.data.derived?.from !== source.id || !same) return made;
  const { contact, conversationId } = source.data;
  return {
    ...made,
    ...(source.subject !== undefined && { subject: source.subject }),
    data: {
      ...made.data,
      ...(contact && { contact }),
      ...(conversationId !== undefined && { conversationId }),
    },
  };
}

/** A copy; of what has none of the paths, itself. */
function without(value: unknown, paths: readonly string[]): unknown {
  return paths.reduce((rest, path) => drop(rest, path.split(".")), value);
}

function drop(value: unknown, [key = "", ...deeper]: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (key === "*") return Array.isArray(value) ? value.map((each) => drop(each, deeper)) : value;
  const name = key.replace(/\?$/, "");
  if (!Object.hasOwn(value, name)) return value;
  const { [name]: inner, ...rest } = value as Record<string, unknown>;
  if (deeper.length > 0) return { ...value, [name]: drop(inner, deeper) };
  return name !== key && isBsuid(inner) ? value : rest;
}
