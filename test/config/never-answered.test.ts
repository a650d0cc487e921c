import { areFine, areReported, file } from "./one-route.ts";

const answering = (when: string) => file(`when: { ${when} }, to: { whatsapp: { text: hi } }`);
const reported = (what: string, when: string): [string, string, string, RegExp] => [
  what,
  answering(when),
  "routes[0].to.whatsapp",
  /never writes.*emit a business\.… event/,
];

areReported("What nobody is answered to", [
  reported("a status", "type: whatsapp.status.failed"),
  reported("every status", "type: whatsapp.status.*"),
  reported("what our side sent", "type: [whatsapp.outgoing.*, whatsapp.echo.*]"),
  reported("our templates", "template: order_update"),
  reported("a reaction", 'reaction: ["👎"]'),
  reported("a reaction by its type", "type: whatsapp.message.reaction"),
  reported("an edit", "type: whatsapp.message.edit"),
  reported("what Meta says of the account", 'type: "whatsapp.account.#"'),
]);

areFine("What may be answered", [
  ["a message", answering("type: whatsapp.message.text")],
  ["a message beside a status", answering("type: [whatsapp.status.*, whatsapp.message.*]")],
  ["whatever comes of a country", answering("country: DE")],
  ["all of Meta's", answering('type: "whatsapp.#"')],
  ["a missed call", answering("type: whatsapp.call.*")],
  ["what a service tells", answering("type: business.payment.*")],
  ["any text", answering('type: "*.*.text"')],
  ["a status, by who is no contact", file("when: { type: whatsapp.status.* }, to: slack")],
]);
