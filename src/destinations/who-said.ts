import type { WaypostEvent } from "../contracts.ts";
import { directionOf } from "../event/direction.ts";
import { cleanLine } from "./clean-text.ts";
import { contactOf } from "./render.ts";

const senders = { human: "Agent", bot: "Bot", campaign: "Campaign" } as const;

/** A profile name is any text: one that is ours would credit a contact's words to an agent. */
const ours = /^(agent|bot|campaign|sent by|business|other app|whatsapp|waypost)\b/i;

/** The origin of what an event says, for people: `Mia`, `Agent (phone)`, `Bot`, `Campaign (spring)`, `Sent by API`. */
export function whoSaid(event: WaypostEvent): string {
  if (event.type.startsWith("business.")) return "Waypost";
  if (event.data.status !== undefined) return "WhatsApp";
  return directionOf(event) === "in" ? contactWords(event) : businessWords(event);
}

function contactWords(event: WaypostEvent): string {
  const { name = "", id = "" } = contactOf(event);
  const shown = cleanLine(name, 200) || cleanLine(id, 200);
  if (shown === "") return "Contact";
  const seen = shown
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .trim();
  return ours.test(seen) ? `${shown} (contact)` : shown;
}

function businessWords({ type, data }: WaypostEvent): string {
  const { sentBy, campaign, message } = data;
  if (sentBy === "campaign" && campaign !== undefined) {
    return `Campaign (${cleanLine(campaign, 100)})`;
  }
  if (sentBy !== undefined && sentBy in senders) return senders[sentBy];
  const family = type.split(".")[1];
  if (family === "history") return "Business";
  if (family === "standby") return "Other app";
  // The app on the phone sends no templates: such an echo is of a program's.
  return family === "echo" && message?.type !== "template" ? "Agent (phone)" : "Sent by API";
}
