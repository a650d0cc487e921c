import { type BusMessage, isQuarantined, type WaypostEvent } from "./event.ts";
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

/** The ends of `data` and of the event, which both come last. */
const ends = Buffer.from("}}");

/** Serialises an event that has no `raw` yet, with these bytes of JSON as it. */
export function encodeWithRaw(event: WaypostEvent, raw: Uint8Array) {
  const { id, type, data } = event;
  const head = `${JSON.stringify(event).slice(0, -ends.length)},"raw":`;
  return {
    id,
    type,
    routingKey: routingKey(type, data.account.phoneNumberId),
    bytes: Buffer.concat([Buffer.from(head, "utf8"), raw, ends]),
  };
}
