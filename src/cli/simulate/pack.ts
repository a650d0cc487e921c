import type { Item, Json } from "./item.ts";
import type { Random } from "./random.ts";
import { toWire } from "./wire.ts";

/** An item and when it is due, in ms since the start; without `dueMs` as soon as the one before it is answered. */
export interface Moment {
  readonly item: Item;
  readonly dueMs?: number;
}

/** What one POST will say. */
export interface Draft {
  readonly bytes: Buffer;
  readonly items: readonly Item["about"][];
  readonly note: string;
  readonly dueMs?: number;
}

/** Holds this share of the items back, so that each comes one to eight items late. */
export function* disorder(
  moments: Iterable<Moment>,
  isHeld: () => boolean,
  random: Random,
): Generator<Moment> {
  let held: { readonly item: Item; after: number }[] = [];
  for (const moment of moments) {
    for (const late of held) late.after -= 1;
    if (isHeld()) held.push({ item: moment.item, after: random.between(1, 8) });
    else yield moment;
    for (const late of held) if (late.after <= 0) yield { ...moment, item: late.item };
    held = held.filter((late) => late.after > 0);
  }
  for (const { item } of held) yield { item };
}

/** Packs items into POSTs of up to `batch` items, as Meta does. */
export function* pack(moments: Iterable<Moment>, batch: number): Generator<Draft> {
  let waiting: Item[] = [];
  let due: number | undefined;
  for (const { item, dueMs } of moments) {
    if (item.alone !== undefined) {
      yield { ...draft([item], item.alone.json, dueMs), items: item.alone.items };
      continue;
    }
    waiting.push(item);
    due = dueMs;
    if (waiting.length >= batch) {
      yield draft(waiting, JSON.stringify(toEnvelope(waiting)), due);
      waiting = [];
    }
  }
  if (waiting.length > 0) yield draft(waiting, JSON.stringify(toEnvelope(waiting)), due);
}

export function draft(items: readonly Item[], json: string, dueMs?: number): Draft {
  const [first] = items;
  const more = items.length > 1 ? ` (and ${items.length - 1} more)` : "";
  return {
    bytes: Buffer.from(toWire(json)),
    items: items.map((item) => item.about),
    note: `${first?.note ?? ""}${more}`,
    ...(dueMs !== undefined && { dueMs }),
  };
}

interface Group {
  readonly first: Item;
  readonly items: Item[];
}

/** The envelope of these items: neighbours of one account share an entry, and where they can a value. */
export function toEnvelope(items: readonly Item[]): Json {
  const entries: { head: Item; groups: Group[] }[] = [];
  for (const item of items) {
    let entry = entries.at(-1);
    if (entry?.head.wabaId !== item.wabaId || entry.head.time !== item.time) {
      entry = { head: item, groups: [] };
      entries.push(entry);
    }
    const group = entry.groups.at(-1);
    if (group !== undefined && canJoin(group.first, item)) group.items.push(item);
    else entry.groups.push({ first: item, items: [item] });
  }
  return {
    object: "whatsapp_business_account",
    entry: entries.map(({ head, groups }) => ({
      id: head.wabaId,
      ...(head.time !== undefined && { time: head.time }),
      changes: groups.map(({ first, items: joined }) => ({
        value: first.joins === undefined ? first.value : joinValues(joined, first.joins),
        field: first.field,
      })),
    })),
  };
}

function canJoin(one: Item, other: Item): boolean {
  return (
    one.joins !== undefined &&
    one.joins === other.joins &&
    one.about.phoneNumberId === other.about.phoneNumberId
  );
}

/** One value for all: their messages or statuses in one list, each contact once. */
function joinValues(items: readonly Item[], list: "messages" | "statuses"): Json {
  const contacts = new Map<string | undefined, unknown>();
  for (const item of items) {
    const { contacts: people } = item.value;
    for (const person of listOf(people)) contacts.set(item.about.contact, person);
  }
  return {
    ...items[0]?.value,
    ...(contacts.size > 0 && { contacts: [...contacts.values()] }),
    [list]: items.flatMap((item) => listOf(item.value[list])),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
