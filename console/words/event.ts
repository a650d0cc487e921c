import type { WaypostEvent } from "../../src/event/event.ts";
import type { Rendered } from "../../src/event/render-facts.ts";
import { renderMessage } from "../../src/event/render-message.ts";
import { nameOf } from "./person.ts";

/** "Text message", "Status: read", "Business: payment succeeded": a type as people say it. */
export function typeInWords(type: string): string {
  const [from = "", what = "", ...rest] = type.split(".");
  const tail = plain(rest.join(" "));
  if (from === "business") return capital(plain([what, ...rest].join(" ")));
  if (from !== "whatsapp") return type;
  if (what === "message")
    return tail === "text" ? "Message" : capital(tail === "" ? "message" : tail);
  if (what === "outgoing") return `Sent: ${tail}`;
  if (what === "status") return capital(tail);
  return [capital(plain(what)), tail].filter(Boolean).join(": ");
}

/** Which way it went. */
export function direction({ type }: Pick<WaypostEvent, "type">): "in" | "out" | "none" {
  if (type.startsWith("whatsapp.message.")) return "in";
  return /^whatsapp\.(outgoing|echo|status)\./.test(type) ? "out" : "none";
}

export function render({ data, type }: WaypostEvent): Rendered {
  if (data.message !== undefined) return renderMessage(data.message);
  const errors = data.status?.errors ?? [];
  return {
    title: typeInWords(type),
    texts: errors.map(({ code, title }) => [code, title].filter(Boolean).join(" ")),
    facts: [],
  };
}

/** The beginning of what it says, for a row that has its kind already; "" where that says all. */
export function preview(event: WaypostEvent): string {
  const { texts, facts, title } = render(event);
  const said = texts.join(" ").slice(0, 300);
  if (said !== "") return said;
  // What these have beside it are ids.
  if (/^whatsapp\.\w+\.(reaction|edit|revoke|unsupported)$/.test(event.type)) return title;
  return (facts[0]?.value ?? "").slice(0, 300);
}

/** The name, else the username, else the number. */
export function person({ data: { contact } }: WaypostEvent): string {
  return contact === undefined ? "" : nameOf(contact);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function plain(text: string): string {
  return text.replaceAll("_", " ").replaceAll("-", " ");
}
