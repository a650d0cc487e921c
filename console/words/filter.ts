import { typeInWords } from "./event.ts";
import { sinceInWords } from "./moment.ts";

/** A view's filter, as its page writes it into the address, for people: "Status: failed, last 24 hours". */
export function filterInWords(filter: string): string {
  return [...new URLSearchParams(filter)].map(([name, value]) => inWords(name, value)).join(", ");
}

const words: Readonly<Record<string, string>> = {
  text: "says",
  contact: "person",
  account: "number",
  messageId: "message",
  destination: "to",
  to: "until",
  state: "",
  show: "",
};

function inWords(name: string, value: string): string {
  if (name === "from") return sinceInWords(value);
  if (name === "type") return patternInWords(value);
  const before = words[name] ?? name;
  return `${before} ${value.replaceAll("-", name === "state" ? " " : "-")}`.trim();
}

/** "whatsapp.message.#" are all messages. */
export function patternInWords(pattern: string): string {
  const [of = "", what = ""] = pattern.split(".");
  if (!/[*#]/.test(pattern)) return typeInWords(pattern);
  return of === "whatsapp" && !/[*#]/.test(what) ? `all of ${what}` : of;
}
