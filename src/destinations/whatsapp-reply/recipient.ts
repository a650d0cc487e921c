import type { DeliveryContact, WaypostEvent } from "../../contracts.ts";

/** `to` a phone, or a BSUID as `recipient`, which Meta takes beside `to`; where both are there, `to` counts. */
export type Recipient = { readonly to: string } | { readonly recipient: string };

/** In some payloads a BSUID stands where a phone number used to. */
const bsuid = /^[A-Z]{2}\./;

/**
 * By phone where there is one: Meta advises it, and some templates go to phones alone. undefined: nobody of whom either is known.
 */
export function recipientOf(
  { data }: WaypostEvent,
  contact: Pick<DeliveryContact, "phones" | "userIds"> | undefined,
): Recipient | undefined {
  const { waId = "", userId } = data.contact ?? {};
  if (waId !== "" && !bsuid.test(waId)) return { to: waId.replace(/\D/g, "") };
  const id = userId ?? (bsuid.test(waId) ? waId : undefined);
  if (id !== undefined) return { recipient: id };
  const [phone] = contact?.phones ?? [];
  if (phone !== undefined) return { to: phone };
  const [other] = contact?.userIds ?? [];
  return other === undefined ? undefined : { recipient: other };
}
