/**
 * How a value must look if it is there: a text, a number, an object with these parts, or a list of such; a `text!`
 * must be there. Other parts are free.
 */
type Shape = "text" | "text!" | "number" | ShapeOfParts | readonly [Shape];
interface ShapeOfParts {
  readonly [part: string]: Shape;
}

const anything: ShapeOfParts = {};
const errors = [{ code: "number", title: "text", message: "text", details: "text" }] as const;
const newIds = {
  type: "text",
  body: "text",
  userId: "text",
  previousUserId: "text",
  waId: "text",
  previousWaId: "text",
} as const;
const media = { id: "text", caption: "text", filename: "text" } as const;
const contactCard = {
  name: { formattedName: "text", firstName: "text" },
  org: anything,
  phones: [{}],
  emails: [{}],
  urls: [{}],
  addresses: [{}],
} as const;
const choice = { id: "text", title: "text", description: "text" } as const;
const participants = [{ userId: "text", waId: "text" }] as const;

const message: Record<string, Shape> = {
  id: "text",
  type: "text!",
  direction: "text",
  sentAt: "text",
  text: { body: "text!" },
  image: media,
  video: media,
  audio: media,
  document: media,
  sticker: media,
  location: anything,
  contacts: [contactCard],
  interactive: {
    type: "text",
    header: "text",
    body: "text",
    footer: "text",
    buttonReply: choice,
    listReply: choice,
    nfmReply: { body: "text" },
    callPermissionReply: anything,
  },
  button: { text: "text", payload: "text" },
  order: { text: "text", productItems: [{}] },
  reaction: { messageId: "text", emoji: "text" },
  system: newIds,
  unsupported: { type: "text" },
  revoke: { originalMessageId: "text" },
  template: anything,
  context: { id: "text" },
  referral: anything,
  conversationContext: anything,
  identity: anything,
  errors,
};
message["edit"] = { originalMessageId: "text", message };

/** What Waypost itself reads of an event without looking at what it is: the parts of `data` by name. */
const eventData: ShapeOfParts = {
  account: { wabaId: "text", phoneNumberId: "text", displayPhoneNumber: "text" },
  contact: { userId: "text", parentUserId: "text", waId: "text", name: "text", username: "text" },
  conversationId: "text",
  groupId: "text",
  receivedAt: "text!",
  message,
  status: { messageId: "text!", status: "text!", at: "text", pricing: anything, errors },
  payment: {
    messageId: "text!",
    status: "text!",
    amount: anything,
    transaction: { error: anything },
    errors,
  },
  call: { errors },
  errors,
  history: { status: "text" },
  idChange: newIds,
  syncedContact: { userId: "text", phoneNumber: "text" },
  group: {
    addedParticipants: participants,
    removedParticipants: participants,
    failedParticipants: participants,
  },
  conversion: { messageId: "text" },
};

/** Where an event's data is not what Waypost relies on, e.g. `data.contact.waId`; undefined: nowhere. */
export function misshapenIn(data: unknown): string | undefined {
  const found = misshapen(data, eventData);
  if (found !== undefined) return `data${found}`;
  return (data as { account?: unknown }).account === undefined ? "data.account" : undefined;
}

/** The path from here, which is made only when something is wrong. */
function misshapen(value: unknown, shape: Shape): string | undefined {
  if (typeof shape === "string") {
    const wanted = shape === "number" ? "number" : "string";
    return typeof value === wanted ? undefined : "";
  }
  const isList = Array.isArray(value);
  if (typeof value !== "object" || value === null || isList !== isListShape(shape)) return "";
  return isListShape(shape)
    ? inList(value as unknown[], shape[0])
    : inParts(value as Record<string, unknown>, shape);
}

function isListShape(shape: ShapeOfParts | readonly [Shape]): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function inList(values: readonly unknown[], shape: Shape): string | undefined {
  for (const value of values) {
    const found = misshapen(value, shape);
    if (found !== undefined) return `[]${found}`;
  }
  return undefined;
}

function inParts(parts: Readonly<Record<string, unknown>>, shape: ShapeOfParts) {
  for (const name in shape) {
    const wanted = shape[name] as Shape;
    const part = parts[name];
    if (part === undefined && wanted !== "text!") continue;
    const found = misshapen(part, wanted);
    if (found !== undefined) return `.${name}${found}`;
  }
  return undefined;
}
