import { DeliveryError } from "../../contracts.ts";
import type { Session } from "../http/api.ts";
import type { HubspotOptions } from "./options.ts";

/** HubSpot's numbers of the kinds of records, as its pages have them. */
const types = { contact: "0-1", deal: "0-3", ticket: "0-5" } as const;

export type RecordName = keyof typeof types;

/** Where a person looks at a record. */
export type RecordUrl = (
  session: Session,
  object: RecordName,
  id: string,
) => Promise<string | undefined>;

/** The account's number is asked once. A token that may not ask has no addresses: nothing fails for that. */
export function createRecordUrl({ apiVersion }: Pick<HubspotOptions, "apiVersion">): RecordUrl {
  let pages: string | undefined;
  const ask = async (session: Session) => {
    const path = `/account-info/${apiVersion}/details`;
    const { json } = await session.look({ path });
    const { portalId, uiDomain } = (json ?? {}) as { portalId?: unknown; uiDomain?: unknown };
    const domain = /^[a-z0-9.-]+$/.test(String(uiDomain)) ? uiDomain : "app.hubspot.com";
    return Number.isSafeInteger(portalId) ? `https://${domain}/contacts/${portalId}` : "";
  };
  return async (session, object, id) => {
    try {
      pages ??= await ask(session);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.verdict !== "outage") pages = "";
    }
    return pages ? `${pages}/record/${types[object]}/${id}` : undefined;
  };
}
