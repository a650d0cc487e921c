import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** The kinds of objects that the stub knows, in the words of the API's paths. */
export const objectTypes = ["contacts", "communications", "notes", "tickets", "0-3"] as const;
export type StubType = (typeof objectTypes)[number];

export interface StubObject {
  readonly id: string;
  readonly type: StubType;
  readonly createdAt: string;
  properties: Record<string, string>;
  /** By the other's id: the numbers of the associations. */
  readonly associations: Map<string, number[]>;
  /** What a search sees; undefined: nothing yet. */
  indexed: Record<string, string> | undefined;
}

export interface StubProperty {
  readonly hasUniqueValue?: boolean;
  readonly options?: readonly string[];
}

const text = {};
const builtIn: Readonly<Record<StubType, readonly string[]>> = {
  contacts: [
    ...["firstname", "lastname", "phone", "mobilephone", "email", "city", "hubspot_owner_id"],
    ...["createdate", "hs_calculated_phone_number", "hs_calculated_mobile_number"],
    ...["hs_searchable_calculated_phone_number", "hs_searchable_calculated_mobile_number"],
  ],
  communications: [
    ...["hs_timestamp", "hs_communication_channel_type", "hs_communication_logged_from"],
    ...["hs_communication_body", "hs_attachment_ids", "hubspot_owner_id"],
  ],
  notes: ["hs_timestamp", "hs_note_body", "hs_attachment_ids", "hubspot_owner_id"],
  tickets: [
    ...["subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"],
    ...["hubspot_owner_id", "closed_date"],
  ],
  "0-3": ["dealname", "amount", "description", "pipeline", "dealstage", "hubspot_owner_id"],
};

const own = {
  contacts: { whatsapp_id: { hasUniqueValue: true }, whatsapp_consent: {} },
  communications: { waypost_id: { hasUniqueValue: true } },
  notes: { waypost_id: { hasUniqueValue: true } },
  tickets: { waypost_id: { hasUniqueValue: true } },
  "0-3": { waypost_id: { hasUniqueValue: true } },
} as const;

/** The state of a HubSpot account, in memory. */
export function createPortal({ bare = false }: { readonly bare?: boolean } = {}) {
  const objects = new Map<string, StubObject>();
  const merged = new Map<string, string>();
  const properties = new Map<StubType, Map<string, StubProperty>>(
    objectTypes.map((type) => {
      const names = builtIn[type].map((name) => [name, text] as const);
      return [
        type,
        new Map<string, StubProperty>([...names, ...Object.entries(bare ? {} : own[type])]),
      ];
    }),
  );
  let last = 100;
  const nextId = () => {
    last += 1;
    return String(last);
  };
  const all = (type: StubType) => [...objects.values()].filter((each) => each.type === type);
  /** Who has, or once had, a value: a burst of thousands looks for one with each call. */
  const withValue = new Map<string, Set<string>>();
  const keyOf = (type: StubType, name: string, value: string) => `${type} ${name} ${value}`;
  const learn = ({ type, id, properties }: StubObject) => {
    for (const [name, value] of Object.entries(properties)) {
      const key = keyOf(type, name, value);
      withValue.set(key, (withValue.get(key) ?? new Set()).add(id));
    }
  };
  const index = () => {
    for (const each of objects.values()) {
      each.indexed = { ...each.properties, ...phonesOf(each.properties) };
    }
  };
  const add = (
    type: StubType,
    given: Record<string, string>,
    createdAt = new Date().toISOString(),
  ): StubObject => {
    let properties = { ...given };
    const object: StubObject = {
      ...{ id: nextId(), type, createdAt, associations: new Map(), indexed: undefined },
      get properties() {
        return properties;
      },
      set properties(changed) {
        properties = changed;
        learn(object);
      },
    };
    learn(object);
    objects.set(object.id, object);
    return object;
  };
  return {
    objects,
    merged,
    properties,
    groups: new Set<string>(),
    files: new Map<string, { readonly name: string; readonly bytes: number }>(),
    all,
    add,
    /** So many results has a search at most, on all its pages. */
    mostFound: 10_000,
    /** The search catches up. */
    index,
    /** One that people have made, which the search knows. */
    given(type: StubType, given: Record<string, string>): StubObject {
      const object = add(type, given);
      index();
      return object;
    },
    find(type: StubType, id: string, idProperty?: string): StubObject | undefined {
      if (idProperty === undefined) {
        const object = objects.get(merged.get(id) ?? id);
        return object?.type === type ? object : undefined;
      }
      const ids = [...(withValue.get(keyOf(type, idProperty, id)) ?? [])];
      return ids
        .map((each) => objects.get(each))
        .find((each) => each?.properties[idProperty] === id);
    },
    /** What HubSpot shows of it, its own reading of phones too. */
    shown: ({ id, properties, createdAt }: StubObject) => ({
      ...{ id, createdAt, updatedAt: createdAt, archived: false },
      properties: { ...properties, ...phonesOf(properties) },
    }),
    nextId,
  };
}

export type Portal = ReturnType<typeof createPortal>;

const parsedPhones = new Map<string, ReturnType<typeof parsePhoneNumberFromString>>();

/** Once for each: it is asked with every object that is shown. */
function parsedPhone(text: string) {
  if (!parsedPhones.has(text)) parsedPhones.set(text, parsePhoneNumberFromString(text, "US"));
  return parsedPhones.get(text);
}

/** As an account in the US reads them. */
function phonesOf(properties: Record<string, string>) {
  const told: Record<string, string> = {};
  for (const [name, as] of [
    ["phone", "phone"],
    ["mobilephone", "mobile"],
  ] as const) {
    const parsed = parsedPhone(properties[name] ?? "");
    if (parsed === undefined) continue;
    told[`hs_calculated_${as}_number`] = parsed.number;
    told[`hs_searchable_calculated_${as}_number`] = parsed.nationalNumber;
  }
  return told;
}
