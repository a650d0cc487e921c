import { type BusMessage, isQuarantined } from "./event.ts";
import { routingKey } from "./routing-key.ts";

/** Serialises an event or a quarantined POST, once, for the bus and the spool. */
export function encodeEvent(item: BusMessage) {
  const phoneNumberId = isQuarantined(item) ? undefined : item.data.account.phoneNumberId;
  return {
    id: item.id,
    type: item.type,
    routingKey: routingKey(item.type, phoneNumberId),
    bytes: Buffer.from(JSON.stringify(item), "utf8"),
  };
}
