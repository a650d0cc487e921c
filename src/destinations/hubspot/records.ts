import { DeliveryError } from "../../contracts.ts";
import { type ApiAnswer, pathOf, type Session, unreadable } from "../http/api.ts";
import { withWhatIsTaken } from "../not-taken.ts";
import type { HubspotOptions } from "./options.ts";
import type { Properties } from "./properties.ts";

/** In the words of the API's paths. Deals have only a number there. */
export type ObjectType = "contacts" | "communications" | "notes" | "tickets" | "0-3";

export interface HubspotRecord {
  readonly id: string;
  /** null where HubSpot has none. */
  readonly properties: Readonly<Record<string, string | null | undefined>>;
  readonly url?: string;
}

/** The requests of one delivery, and how they are made. */
export interface Hub {
  readonly session: Session;
  readonly options: HubspotOptions;
}

export interface NewRecord {
  readonly type: ObjectType;
  /** What it would do, for shadow: `create a deal`. */
  readonly would: string;
  /** The unique property that keeps a second one from being made, and its value. */
  readonly unique: readonly [property: string, value: string];
  readonly properties: Properties;
  /** Of options: the record is made without those whose values HubSpot refuses. */
  readonly spare?: Properties;
  readonly associations?: readonly Association[];
}

export interface Association {
  readonly to: string;
  /** HubSpot's number for what is associated with what. */
  readonly typeId: number;
}

/**
 * Makes it, once: HubSpot refuses a second one with the same unique value, and the first is read by that value instead, which, unlike a
 * search, is never late. `made` is false of one that was there. undefined in shadow.
 */
export async function makeOnce(
  hub: Hub,
  { spare = {}, ...record }: NewRecord,
): Promise<(HubspotRecord & { readonly made: boolean }) | undefined> {
  const object = record.type === "0-3" ? "deal" : record.type.replace(/s$/, "");
  const { notTaken: kept } = hub.session;
  return withWhatIsTaken({ fields: spare, object, kept }, async (taken) => {
    const properties = { ...(taken as Properties), ...record.properties };
    try {
      return await make(hub, { ...record, properties });
    } catch (error) {
      if (!(error instanceof DeliveryError && error.verdict === "refused")) throw error;
      const there = await readRecord(hub, { type: record.type, by: record.unique });
      if (there) return { ...there, made: false };
      throw error;
    }
  });
}

async function make({ session, options }: Hub, record: NewRecord) {
  const { type, would, unique, properties, associations = [] } = record;
  const answer = await session.write(would, {
    method: "POST",
    path: pathOf`/crm/objects/${options.apiVersion}/${type}`,
    json: {
      properties: { ...properties, [unique[0]]: unique[1] },
      associations: associations.map(({ to, typeId }) => ({
        to: { id: to },
        types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: typeId }],
      })),
    },
  });
  return answer && { ...recordOf(answer, answer.json, true), made: true };
}

interface Place {
  readonly type: ObjectType;
  /** A unique property and its value, or HubSpot's own id. */
  readonly by: string | NewRecord["unique"];
  readonly properties?: readonly string[];
}

/** undefined: there is none, or it was deleted. Of one that was merged, the one that is left. */
export async function readRecord(
  { session, options }: Hub,
  { type, by, properties = [] }: Place,
): Promise<HubspotRecord | undefined> {
  const [idProperty, id] = typeof by === "string" ? [undefined, by] : by;
  const answer = await session.look({
    path: pathOf`/crm/objects/${options.apiVersion}/${type}/${id}`,
    query: { idProperty, properties: properties.join(",") || undefined },
    accept: [404],
  });
  return answer.status === 404 ? undefined : recordOf(answer, answer.json, false);
}

/** Changes these properties and no other. False: the record is not there, as people may have deleted it since it was looked at. */
export async function updateRecord(
  { session, options }: Hub,
  place: { readonly type: ObjectType; readonly id: string },
  change: { readonly would: string; readonly properties: Properties },
): Promise<boolean> {
  const answer = await session.write(change.would, {
    method: "PATCH",
    path: pathOf`/crm/objects/${options.apiVersion}/${place.type}/${place.id}`,
    json: { properties: change.properties },
    ...{ accept: [404], holds: "id" },
  });
  return answer?.status !== 404;
}

/** Of a batch or a search. */
export function recordsOf(answer: ApiAnswer): HubspotRecord[] {
  const { results } = (answer.json ?? {}) as { results?: unknown };
  if (!Array.isArray(results)) throw unreadable("HubSpot", answer, false);
  return results.map((each) => recordOf(answer, each, false));
}

/** Throws DeliveryError where the answer holds none: of a write it may be done. */
function recordOf(answer: ApiAnswer, value: unknown, wrote: boolean): HubspotRecord {
  const { id, properties, url } = (value ?? {}) as Record<string, unknown>;
  if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) throw unreadable("HubSpot", answer, wrote);
  return {
    id,
    properties: (properties ?? {}) as HubspotRecord["properties"],
    ...(typeof url === "string" && /^https:\/\//.test(url) && { url }),
  };
}
