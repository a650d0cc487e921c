import { type EncodedEvent, QUARANTINE_TYPE } from "../event/event.ts";

const closing = "}".charCodeAt(0);
const mark = Buffer.from(',"spooled":true}');

/**
 * The event with `spooled`, for what goes from the spool to the bus. Put before the last brace, so that nothing is parsed; a POST that
 * goes to the bus at once is never touched.
 */
export function markSpooled(event: EncodedEvent): EncodedEvent {
  const { type, bytes } = event;
  if (type === QUARANTINE_TYPE || bytes.at(-1) !== closing) return event;
  return { ...event, bytes: Buffer.concat([bytes.subarray(0, -1), mark]) };
}
