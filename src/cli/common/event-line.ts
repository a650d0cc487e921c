import type { WaypostEvent } from "../../contracts.ts";
import { messageTexts } from "../../event/message-texts.ts";
import { cut, escapeControls, localTime, pad } from "./terminal.ts";

/** One event on one line: when received, what, who, and the beginning of what was said. */
export function eventLine(event: WaypostEvent, columns: number): string {
  const { data, type } = event;
  const line = [
    localTime(data.receivedAt),
    pad(type, 28),
    pad(escapeControls(who(data)), 16),
    escapeControls(preview(event)),
  ].join("  ");
  return cut(line.trimEnd(), columns);
}

/**
 * The name, else the username, else the last two digits: it is the operator's own terminal, but may be seen. To who may not see
 * contents, the beginning of the person's pseudonym.
 */
export function shownPerson(contact: WaypostEvent["data"]["contact"] = {}): string {
  const { name, username, waId, userId } = contact;
  const id = waId ?? userId;
  if (id?.startsWith("per_")) return id.slice(0, 16);
  const person = name ?? (username === undefined ? undefined : `@${username}`);
  return person ?? (id === undefined ? "-" : `…${id.slice(-2)}`);
}

function who({ contact, groupId }: WaypostEvent["data"]): string {
  const id = contact?.waId ?? contact?.userId;
  const person = shownPerson(contact);
  return groupId === undefined || id?.startsWith("per_") ? person : `${person} (group)`;
}

function preview({ data }: WaypostEvent): string {
  if (data.status !== undefined) {
    const [error] = data.status.errors ?? [];
    const why = error === undefined ? "" : `${error.code ?? ""} ${error.title ?? ""} `;
    return `${why}of ${tail(data.status.messageId)}`;
  }
  const { message } = data;
  if (message === undefined) return "";
  const { reaction, document, location, template } = message;
  const [text] = [...messageTexts(message), ...messageTexts(message, { all: true })];
  const name = reaction?.emoji ?? document?.filename ?? location?.name ?? template?.name;
  return text ?? name ?? `[${message.type}]`;
}

/** Message ids differ at their end. */
function tail(id: string): string {
  return id.length > 12 ? `…${id.slice(-10)}` : id;
}
