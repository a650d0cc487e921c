import { DeliveryError } from "../../contracts.ts";
import { pathOf } from "../http/api.ts";
import type { Org } from "./client.ts";

export interface DescribedField {
  readonly name: string;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
}

interface Described {
  readonly createable: boolean;
  readonly fields: ReadonlyMap<string, DescribedField>;
}

/** An object as the user of the app sees it: what it may not see is not there. undefined: the whole object. */
export async function describe(org: Org, object: string): Promise<Described | undefined> {
  const answer = await org.look({ path: pathOf`/sobjects/${object}/describe`, accept: [404] });
  if (answer.status === 404) return undefined;
  const { createable, fields } = (answer.json ?? {}) as Record<string, unknown>;
  if (!Array.isArray(fields)) {
    throw new DeliveryError("outage", `Salesforce describes the object ${object} without fields`);
  }
  const list = fields as readonly DescribedField[];
  return { createable: createable === true, fields: new Map(list.map((one) => [one.name, one])) };
}
