import type { WaypostEvent } from "./generated.ts";

/** They come from a person, but open no service window. */
const silentTypes = new Set(["system", "edit", "revoke", "request_welcome"]);

/** `in` when the contact wrote it, `out` when the business side did; undefined for anything but a message. */
export function directionOf({ type, data }: WaypostEvent): "in" | "out" | undefined {
  if (data.status !== undefined) return "out";
  if (data.message === undefined) return undefined;
  if (data.message.direction !== undefined) return data.message.direction;
  return /^whatsapp\.(echo|outgoing)\./.test(type) ? "out" : "in";
}

/** Whose message an event of this type is, as it came live: `in` of those that `isInboundMessage`. */
export function sideOfType(type: string): "in" | "out" | undefined {
  if (/^whatsapp\.(outgoing|echo)\./.test(type)) return "out";
  const kind = /^whatsapp\.message\.(.+)$/.exec(type)?.[1];
  return kind === undefined || silentTypes.has(kind) ? undefined : "in";
}

/** The contact said something: opens the service window. Also one that came with the history. */
export function isInboundMessage(event: WaypostEvent): boolean {
  const { message } = event.data;
  return message !== undefined && directionOf(event) === "in" && !silentTypes.has(message.type);
}

/** A message by itself; a reaction, an edit and a deletion are part of the one that they are about. */
export function isSaid({ data: { message, status } }: WaypostEvent): boolean {
  if (message === undefined || status !== undefined) return false;
  return (
    message.reaction === undefined && message.edit === undefined && message.revoke === undefined
  );
}
