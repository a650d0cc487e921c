import type { WaypostEvent } from "../../contracts.ts";
import { isOfWaypost, said } from "../said.ts";
import type { HubspotOptions } from "./options.ts";

/** What an event is to do in HubSpot. */
export interface Work {
  /** It says something for the timeline. */
  readonly says: boolean;
  readonly ticket: boolean;
  readonly deal: boolean;
  readonly consent: "revoked" | "granted" | undefined;
  /** It may bring data for the contact, who is looked at even where nothing else is new. */
  readonly look: boolean;
}

const consents: Readonly<Record<string, Work["consent"]>> = {
  "business.consent.revoked": "revoked",
  "business.consent.granted": "granted",
};

/** undefined: nothing. */
export function workOf(event: WaypostEvent, options: HubspotOptions): Work | undefined {
  const { type } = event;
  if (isOfWaypost.test(type)) return undefined;
  const says = options.log !== undefined && said(event) !== undefined;
  const ticket = options.ticket?.isAsked(type) ?? false;
  const deal = options.deal?.isAsked(type) ?? false;
  const consent = consents[type];
  if (!says && !ticket && !deal && consent === undefined) return undefined;
  const brings = type.startsWith("business.") || ticket || deal;
  return { says, ticket, deal, consent, look: brings && options.contact.names.length > 0 };
}
