/** The events of a made log, as the receiver and intake would have made them. */
import { inbound, type Json, statusOf } from "../../src/cli/simulate/item.ts";
import type { WaypostEvent } from "../../src/contracts.ts";
import { hashId } from "../../src/event/hash-id.ts";
import { toEvent } from "../../src/event/intake/intake-event.ts";
import { ownEvent } from "../../src/event/own-event.ts";
import { normalize } from "../../src/receive/normalize.ts";
import { type Chance, chanceOf, type Talker, talkerOf, wordsOf } from "./people.ts";
import type { Happening } from "./schedule.ts";

export function eventOf(happening: Happening): WaypostEvent {
  const { kind, conversation, message, at } = happening;
  const talker = talkerOf(conversation);
  const chance = chanceOf(conversation * 1_000_003 + message * 101);
  const receivedAt = new Date(at);
  if (kind === "in") {
    return ofMeta(happening, (id, seconds) =>
      inbound(talker.account, talker.person, id, seconds, bodyOf(talker, happening, chance)),
    );
  }
  if (kind === "out") {
    const text = wordsOf(talker.person.language, "out", chance);
    const sentBy = chance() < 0.6 ? "bot" : "human";
    const told = { id: wamidOf(conversation, message), text };
    return ofIntake(talker, "whatsapp.outgoing.text", { message: told, sentBy }, receivedAt);
  }
  if (kind === "business") {
    const business = { order: `#${10_000 + (message % 90_000)}`, total: { amount: 42, of: "EUR" } };
    const id = `order-${conversation}-${message}`;
    return ofIntake(talker, "business.order.shipped", { id, business }, receivedAt);
  }
  if (kind === "closed") return closedOf(talker, happening);
  return ofMeta(happening, (id, seconds) =>
    statusOf(talker.account, talker.person, id, seconds, kind, detailsOf(kind)),
  );
}

function wamidOf(conversation: number, message: number): string {
  const bytes = Buffer.alloc(24, "waypost bench of a log ..");
  bytes.writeUInt32BE(conversation, 0);
  bytes.writeUInt32BE(message, 4);
  return `wamid.${bytes.toString("base64")}`;
}

/** A POST with one item, as most are. */
function ofMeta(
  { kind, at, conversation, message }: Happening,
  itemAt: (wamid: string, seconds: number) => { wabaId: string; field: string; value: Json },
): WaypostEvent {
  const { wabaId, field, value } = itemAt(wamidOf(conversation, message), Math.floor(at / 1_000));
  const envelope = {
    object: "whatsapp_business_account",
    entry: [{ id: wabaId, changes: [{ field, value }] }],
  };
  const postId = hashId("pst_", [kind, String(conversation), String(message)]);
  const { events } = normalize(envelope, { postId, receivedAt: new Date(at).toISOString() });
  const [event] = events;
  if (event === undefined) throw new Error(`nothing came of a ${kind}`);
  return event;
}

function bodyOf(
  { person: { language } }: Talker,
  { conversation, message }: Happening,
  chance: Chance,
): Json & { readonly type: string } {
  const what = chance();
  const words = wordsOf(language, "in", chance);
  if (what < 0.82) {
    const quotes = chance() < 0.05 && message > 0;
    const context = quotes && { context: { id: wamidOf(conversation, message - 1) } };
    return { type: "text", text: { body: words }, ...context };
  }
  if (what < 0.9) {
    const image = {
      id: `${conversation}${message}00`,
      mime_type: "image/jpeg",
      sha256: "aW52ZW50",
    };
    return { type: "image", image: { ...image, ...(chance() < 0.4 && { caption: words }) } };
  }
  if (what < 0.94) {
    const audio = { id: `${conversation}${message}01`, mime_type: "audio/ogg", voice: true };
    return { type: "audio", audio };
  }
  if (what < 0.97) {
    const button = { id: "yes", title: "Yes, please" };
    return { type: "interactive", interactive: { type: "button_reply", button_reply: button } };
  }
  const reacted = wamidOf(conversation, Math.max(0, message - 1));
  return { type: "reaction", reaction: { message_id: reacted, emoji: "👍" } };
}

function detailsOf(status: string): Json {
  if (status === "failed") {
    const error_data = { details: "Message undeliverable." };
    const title = "Message undeliverable";
    return { errors: [{ code: 131_026, title, message: title, error_data }] };
  }
  const pricing = { billable: true, pricing_model: "PMP", category: "service", type: "regular" };
  return status === "sent" ? { pricing } : {};
}

function ofIntake(talker: Talker, type: string, told: object, receivedAt: Date): WaypostEvent {
  const { account, person } = talker;
  const { wabaId, phoneNumberId } = account;
  const contact = {
    ...(person.waId !== undefined && { waId: person.waId }),
    ...(person.userId !== undefined && { userId: person.userId }),
  };
  const input = { type, account: { wabaId, phoneNumberId }, contact, ...told };
  const made = toEvent(input, { accounts: {}, receivedAt });
  if ("event" in made) return made.event;
  throw new Error(`${type}: ${made.problems[0]?.path} ${made.problems[0]?.problem}`);
}

function closedOf({ account, person }: Talker, { at, conversation, message }: Happening) {
  const { waId, userId, name } = person;
  const contact = { name, ...(waId && { waId }), ...(userId && { userId }) };
  const { wabaId, phoneNumberId } = account;
  const time = new Date(at).toISOString();
  return ownEvent({
    id: hashId("evt_", ["closed", String(conversation), String(message)]),
    type: "business.conversation.closed",
    source: "/waypost",
    time,
    postid: "closing",
    data: {
      account: { wabaId, phoneNumberId },
      contact,
      receivedAt: time,
      business: { by: "silence", lastMessageAt: time },
    },
  });
}
