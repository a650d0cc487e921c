import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { WaypostEvent } from "../../src/contracts.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { openEmbeddedStore } from "../../src/store/embedded/open-embedded-store.ts";
import { addDelivery } from "../ops/deliveries/ledger-rows.ts";
import { answers, event, reached, says, text } from "../ops/talk.ts";
import { phoneNumberId } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";

const named = (waId: string, name: string) => ({ waId, name });
export const ada = named("4915156967718", "Ada Lindqvist");
/** Whose window closes in less than an hour. */
export const tomas = named("420601123456", "Tomáš Novák");
export const adas = conversationIdOf(phoneNumberId, { phone: ada.waId }) ?? "";
export const ticket = "48151623";

const others = [
  named("34612345678", "Íñigo Muñoz"),
  named("351912345678", "João Conceição"),
  named("4915198765432", "Änne Groß"),
  named("905321234567", "Lukas Yılmaz"),
  named("447700900123", "Priya Nair"),
  named("353861234567", "Liam O'Brien"),
];
const questions = [
  "Is the blue backpack back in stock?",
  "Where is my order #10472?",
  "Can I pay in two parts?",
  "Thank you so much 🙏",
  "Was kostet der Versand nach Österreich?",
];

/** What the log of a Waypost holds that has run for a day: a chat of every kind, and a day's traffic around it. */
export async function writeHistory(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, "store.db");
  const store = await openEmbeddedStore({ path, retentionDays: 30, log: createArrayLog() });
  await store.append([...chat(), ...closing(), ...traffic()]);
  await store.media.save({
    ...{ mediaId: "810000000000001", state: "fetched", name: "zip.jpg", bytes: 48_213 },
    expireAt: new Date(Date.now() + 3_600_000),
  });
  const epoch = await addDelivery(store.ledger, "helpdesk", 1, "delivered");
  await addDelivery(store.ledger, "erp", 2, "dead", true);
  await store.ledger.saveLink("helpdesk", adas, { ticketId: ticket }, epoch);
  await store.close();
}

/** Both sides, by whom, with what became of each: quotes, reactions, a file, a template, a failure. */
function chat(): WaypostEvent[] {
  const of = (ago: number, more = {}) => ({ ago, contact: ada, more });
  const photo = { id: "810000000000001", mimeType: "image/jpeg", caption: "The zip is broken" };
  const update = { name: "order_shipped", language: { code: "en" } };
  return [
    answers(
      "wamid.shipped",
      { type: "template", template: update } as never,
      of(320, { sentBy: "campaign", about: undefined }),
    ),
    ...["sent", "delivered", "read"].map((each) => reached("wamid.shipped", each, of(318))),
    says("wamid.g1", text("My parcel came with a broken zip. Order #10472."), of(96)),
    says("wamid.g2", { type: "image", image: photo }, of(95)),
    answers("wamid.g3", text("Sorry to hear that! A colleague looks into it."), {
      ...of(94, { sentBy: "bot" }),
    }),
    ...["sent", "delivered", "read"].map((each) => reached("wamid.g3", each, of(93))),
    event("whatsapp.echo.text", "wamid.g4", text("Hi Ada, a new one is on its way."), of(70)),
    says("wamid.g5", { ...text("Wonderful, thank you!"), context: { id: "wamid.g4" } }, of(66)),
    says("wamid.g6", { type: "reaction", reaction: { messageId: "wamid.g4", emoji: "❤️" } }, of(65)),
    answers("wamid.g7", text("How did we do?"), of(30, { sentBy: "human" })),
    reached("wamid.g7", "failed", {
      ...of(30),
      more: { status: { errors: [{ code: 131_047, title: "Re-engagement message" }] } as never },
    }),
    ...records(),
    says("wamid.g8", text("One more thing: does the new one have the same colour?"), of(12)),
  ];
}

/** What a help desk made of it, and what somebody else says of an address. */
function records(): WaypostEvent[] {
  const url = `https://desk.example/tickets/${ticket}`;
  const of = { destination: "helpdesk", object: "ticket" };
  const made = (id: string, business: object, derived?: object) => {
    const told = { ago: 94, contact: ada, id, more: { business, derived } as never };
    const { data, ...event } = says(id, text("none"), told);
    const { message: _, ...rest } = data;
    return { ...event, type: "business.record.created", data: rest } as WaypostEvent;
  };
  return [
    made("evt_record", { ...of, id: ticket, url }, { route: "helpdesk:ticket", from: "evt_g1" }),
    made("evt_foreign", { ...of, destination: "elsewhere", id: "77", url: "https://evil.example" }),
  ];
}

function closing(): WaypostEvent[] {
  return [
    says("wamid.t1", text("When do you open on Saturday?"), { ago: 23 * 60 + 14, contact: tomas }),
  ];
}

/** More by day than by night; half of it answered by a template. */
function traffic(): WaypostEvent[] {
  return Array.from({ length: 300 }, (_, index) => index).flatMap((index) => {
    const ago = 20 + Math.round(1_380 * ((index / 300) ** 1.4 + 0.012 * Math.sin(index)));
    const contact = others[index % others.length] ?? ada;
    const asked = says(`wamid.q${index}`, text(questions[index % questions.length] ?? ""), {
      ago: Math.max(ago, 18),
      contact,
    });
    return index % 2 === 0 ? [asked] : [asked, ...answered(index, Math.max(ago - 3, 15), contact)];
  });
}

function answered(index: number, ago: number, contact: WaypostEvent["data"]["contact"]) {
  const id = `wamid.a${index}`;
  const name = index % 3 === 0 ? "order_update" : "appointment_reminder";
  const template = { name, language: { code: "en" } };
  const of = { ago, contact };
  const sent = answers(id, { type: "template", template } as never, {
    ...of,
    more: { sentBy: "bot" },
  });
  const errors = [{ code: 131_026, title: "Message undeliverable" }];
  if (index % 23 === 0) {
    return [sent, reached(id, "failed", { ...of, more: { status: { errors } as never } })];
  }
  const states = ["sent", "delivered", "read"].slice(0, index % 5 === 0 ? 2 : 3);
  return [sent, ...states.map((state) => reached(id, state, of))];
}
