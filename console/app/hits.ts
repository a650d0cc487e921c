import type { Answer } from "../api/client.ts";
import type { IconName } from "../ui/icon.tsx";
import { href } from "./route.ts";

export type Hit = Answer<"POST", "/api/search">["items"][number];

export const hitIcons: Readonly<Record<Hit["kind"], IconName>> = {
  contact: "person",
  conversation: "chat",
  message: "events",
  event: "events",
  post: "unreadable",
  delivery: "deliveries",
  link: "out",
};

/** Where a hit is looked at. */
export function placeOf({ kind, id, event, conversation, contact }: Hit): string {
  if (kind === "delivery") return href("deliveries", id);
  if (kind === "event") return href("events", id);
  if (kind === "message") return href("events", event, { messageId: id });
  if (id.startsWith("qrn_")) return href("unreadable", id);
  if (conversation !== undefined) return href("conversations", conversation);
  if (event !== undefined) return href("events", event);
  return href("conversations", undefined, { contact: contact ?? id });
}
