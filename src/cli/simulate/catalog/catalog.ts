import { type Cast, type Item, idOf, inbound, statusOf } from "../item.ts";
import { createRandom } from "../random.ts";
import { somebody, type World } from "../scenario/world.ts";
import { fieldBodies } from "./fields.ts";
import type { FieldBody } from "./golden.ts";
import { type MessageBody, messageBodies, newWamid } from "./messages.ts";
import { type StatusBody, statusBodies } from "./statuses.ts";

/** One kind of item that can be asked for by name. */
export interface CatalogEntry {
  readonly name: string;
  readonly group: "message" | "status" | "field" | "odd" | "fixture";
  /** The webhook field it comes in. */
  readonly field: string;
  /** The message type or status, which also select it. */
  readonly kind?: string;
  readonly build: (cast: Cast) => Item;
}

/** Somebody to build each message for once, to see its type. */
const sample: Cast = {
  random: createRandom("sample"),
  account: { wabaId: "1", phoneNumberId: "2", displayPhoneNumber: "3" },
  person: { name: "Sam", language: "en", userId: "GB.1" },
  answered: "wamid.1",
  at: 1,
};

const messageEntries = Object.entries<(c: Cast) => MessageBody>(messageBodies).map(
  ([name, body]): CatalogEntry => ({
    name,
    group: "message",
    field: "messages",
    kind: body(sample).type ?? "unknown",
    build: (c) => inbound(c.account, c.person, newWamid(c.random), c.at, body(c)),
  }),
);

const statusEntries = Object.entries(statusBodies).map(
  ([name, { status, extra }]: [string, StatusBody]): CatalogEntry => ({
    name,
    group: "status",
    field: "messages",
    kind: name.startsWith("payment_") ? "payment" : status,
    build: (c) => statusOf(c.account, c.person, c.answered, c.at, status, extra(c)),
  }),
);

const fieldEntries = Object.entries<FieldBody>(fieldBodies).map(
  ([name, body]): CatalogEntry => ({
    name,
    group: "field",
    field: body.field,
    build: (c) => fieldItem(body, c),
  }),
);

const quarantined = { eventType: "waypost.quarantine" };

/** What is signed but cannot be understood. */
const odd: readonly CatalogEntry[] = [
  aloneEntry("not_json", "odd", (c) => ({
    json: `{"object":"whatsapp_business_account","entry":[{"id":"${c.random.digits(15)}",`,
    items: [quarantined],
  })),
  aloneEntry("other_object", "odd", (c) => ({
    json: JSON.stringify({
      object: "instagram",
      entry: [{ id: c.random.digits(15), time: c.at, changes: [{ field: "comments" }] }],
    }),
    items: [quarantined],
  })),
];

/** Everything that `--type` knows, in the order in which `list` shows it. */
export const catalog: readonly CatalogEntry[] = [
  ...messageEntries,
  ...statusEntries,
  ...fieldEntries,
  ...odd,
];

/**
 * The entries a name stands for: one entry, else all of a message type, a status, a webhook field or a
 * group (`all` is every documented one). Throws a RangeError that names what is close.
 */
export function entriesOf(name: string): readonly CatalogEntry[] {
  if (name === "all") return catalog.filter((entry) => entry.group !== "odd");
  const exact = catalog.filter((entry) => entry.name === name);
  if (exact.length > 0) return exact;
  const wide = catalog.filter(
    (entry) => entry.kind === name || entry.field === name || entry.group === name,
  );
  if (wide.length > 0) return wide;
  const close = catalog.filter((entry) => entry.name.includes(name)).map((entry) => entry.name);
  const hint =
    close.length > 0 ? `did you mean ${close.slice(0, 5).join(", ")}?` : "see `--type list`";
  throw new RangeError(`"${name}" is no message type, status or field: ${hint}`);
}

/** One item of an entry, from somebody in the world; a new wamid stands for the message that it answers. */
export function buildEntry(entry: CatalogEntry, world: World, at: number): Item {
  const { random } = world;
  const who = somebody(world, random.below(world.people.length));
  return entry.build({ random, ...who, answered: newWamid(random), at });
}

/** Any field as an item; the scenarios use it too. What is of a number alone says which, all else says when. */
export function fieldItem({ field, eventType, ...body }: FieldBody, c: Cast): Item {
  const value = body.value(c);
  const isOfNumber = "metadata" in value;
  return {
    wabaId: c.account.wabaId,
    field,
    value,
    ...(!isOfNumber && { time: c.at }),
    about: {
      eventType,
      ...(isOfNumber && { phoneNumberId: c.account.phoneNumberId, contact: idOf(c.person) }),
    },
    note: `${field} (${eventType})`,
  };
}

/** An entry that sends a whole body as it is. */
export function aloneEntry(
  name: string,
  group: "odd" | "fixture",
  body: (c: Cast) => NonNullable<Item["alone"]>,
): CatalogEntry {
  return {
    name,
    group,
    field: "",
    build: (c) => ({
      wabaId: c.account.wabaId,
      field: "",
      value: {},
      alone: body(c),
      about: { eventType: "waypost.quarantine" },
      note: `${group === "fixture" ? "fixture " : ""}${name}`,
    }),
  };
}
