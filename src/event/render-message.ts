import type { WaypostEvent } from "./event.ts";
import { messageTexts } from "./message-texts.ts";
import { capital, errorFacts, type Fact, factsIn, inWords, type Rendered } from "./render-facts.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;
type Part = Partial<Pick<Rendered, "facts" | "link">> & { readonly title: string };
/** The parts of a message, each with how it reads; the first that is there decides the title. */
type Renderers = { readonly [K in keyof Message]?: (part: NonNullable<Message[K]>) => Part };

const renderers: Renderers = {
  text: () => ({ title: "Message" }),
  image: (media) => mediaPart("Photo", media),
  video: (media) => mediaPart("Video", media),
  audio: (media) => mediaPart(media.voice ? "Voice message" : "Audio", media),
  document: (media) => mediaPart("Document", media),
  sticker: (media) => mediaPart(media.animated ? "Animated sticker" : "Sticker", media),
  location: locationPart,
  contacts: (cards) => ({ title: "Contact card", facts: cards.flatMap(cardFacts) }),
  interactive: interactivePart,
  button: ({ text, payload }) => ({
    title: "Button tapped",
    facts: factsIn({ payload: payload === text ? undefined : payload }),
  }),
  order: ({ productItems = [], catalogId }) => ({
    title: "Order",
    facts: [...productItems.map(orderLine), ...factsIn({ catalogue: catalogId })],
  }),
  reaction: ({ emoji, removed, messageId }) => ({
    title: removed || emoji === undefined ? "Reaction removed" : `Reaction ${emoji}`,
    facts: factsIn({ toMessage: messageId }),
  }),
  system: ({ type, body: _body, ...ids }) => ({
    title: type === undefined ? "System message" : capital(inWords(type)),
    facts: factsIn(ids),
  }),
  unsupported: ({ type }) => ({
    title: "A message that WhatsApp does not pass on",
    facts: factsIn({ kind: type }),
  }),
  edit: ({ message, originalMessageId }) => {
    const edited = message ? renderMessage(message).facts : [];
    const facts = [...edited, ...factsIn({ editedMessage: originalMessageId })];
    return { title: "Message edited", facts };
  },
  revoke: ({ originalMessageId }) => ({
    title: "Message deleted",
    facts: factsIn({ deletedMessage: originalMessageId }),
  }),
  template: (template) => ({ title: "Template", facts: factsIn(template) }),
};

/** How a message reads, of whatever type. */
export function renderMessage(message: Message): Rendered {
  const keys = Object.keys(renderers) as (keyof Message)[];
  const parts = keys.flatMap((key) => rendered(key, message));
  const [first] = parts;
  const link = parts.find((part) => part.link)?.link;
  return {
    title: first?.title ?? capital(inWords(message.type)),
    texts: messageTexts(message, { all: true }),
    facts: [...parts.flatMap(({ facts = [] }) => facts), ...around(message)],
    ...(link && { link }),
  };
}

function rendered<K extends keyof Message>(key: K, message: Message): Part[] {
  const part = message[key];
  const render = renderers[key];
  return part && render ? [render(part)] : [];
}

/** What came with it: an ad, a quoted message, errors. */
function around({ context, referral, conversationContext, identity, errors }: Message): Fact[] {
  return [
    ...errorFacts(errors),
    ...factsIn({
      answerTo: context?.id,
      forwarded: context?.frequentlyForwarded ? "many times" : context?.forwarded && "yes",
      aboutProduct: context?.referredProduct?.productRetailerId,
      fromAd: referral && [referral.headline, referral.sourceUrl].filter(Boolean).join(" "),
      summary: conversationContext?.summary,
      newIdentity: identity && "the contact's security code has changed",
    }),
  ];
}

function mediaPart(title: string, media: NonNullable<Message["image"]>): Part {
  const { filename, mimeType, link, id } = media;
  return { title, facts: factsIn({ file: filename, mimeType, link, id }) };
}

function locationPart({ latitude, longitude, ...rest }: NonNullable<Message["location"]>): Part {
  const known = Number.isFinite(latitude) && Number.isFinite(longitude);
  // A tenth of a metre: what floating point adds behind it is no place.
  const place = [latitude, longitude].map((each) => Number(each?.toFixed(6))).join(",");
  return {
    title: "Location",
    facts: [...factsIn(rest), ...(known ? [{ label: "Coordinates", value: place }] : [])],
    ...(known && {
      link: { label: "Open the map", url: `https://www.google.com/maps?q=${place}` },
    }),
  };
}

function cardFacts({
  name,
  phones = [],
  emails = [],
  org,
  urls = [],
  addresses = [],
}: NonNullable<Message["contacts"]>[number]): Fact[] {
  return factsIn({
    name: name?.formattedName ?? name?.firstName,
    phone: phones.map(({ phone, waId }) => phone ?? waId),
    email: emails.map(({ email }) => email),
    company: [org?.company, org?.department, org?.title].filter(Boolean).join(", "),
    address: addresses.map(({ street, zip, city, country }) =>
      [street, zip, city, country].filter(Boolean).join(", "),
    ),
    link: urls.map(({ url }) => url),
  });
}

function interactivePart(interactive: NonNullable<Message["interactive"]>): Part {
  const { buttonReply, listReply, nfmReply, callPermissionReply, type, ...rest } = interactive;
  if (buttonReply) return { title: "Button tapped", facts: factsIn({ id: buttonReply.id }) };
  if (listReply) return { title: "Chosen from a list", facts: factsIn({ id: listReply.id }) };
  if (nfmReply) {
    const { response, responseJson } = nfmReply;
    return { title: "Form completed", facts: factsIn(response ?? { answers: responseJson }) };
  }
  if (callPermissionReply) {
    const { response, ...facts } = callPermissionReply;
    return { title: `Call permission: ${response ?? "answered"}`, facts: factsIn(facts) };
  }
  const { header: _, body: __, footer: ___, paymentMethod, product, ...others } = rest;
  return {
    title: paymentMethod ? "Payment" : product ? "Product" : capital(inWords(type ?? "choice")),
    facts: factsIn([paymentMethod, product, others]),
  };
}

type Line = NonNullable<NonNullable<Message["order"]>["productItems"]>[number];

function orderLine({ quantity, productRetailerId, itemPrice, currency }: Line): Fact {
  const price = itemPrice === undefined ? "" : ` at ${itemPrice} ${currency ?? ""}`.trimEnd();
  return { label: "Item", value: `${quantity ?? 1} × ${productRetailerId ?? "?"}${price}` };
}
