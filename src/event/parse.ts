import { type BusMessage, isEventId, isEventType, QUARANTINE_TYPE } from "./event.ts";
import { misshapenIn } from "./shape.ts";

/**
 * What `encodeEvent` wrote. Checks all that Waypost itself relies on, so that no consumer meets what it cannot handle; not
 * the whole schema, for it runs for every message of every queue. Throws an Error that shows none of the content.
 */
export function parseBusMessage(bytes: Uint8Array): BusMessage {
  const item = parse(bytes);
  if (typeof item !== "object" || item === null) throw notBusMessage("is not an object");
  const problem = problemOf(item as Record<string, unknown>);
  if (problem !== undefined) throw notBusMessage(problem);
  return item as BusMessage;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
    );
  } catch {
    throw notBusMessage("is not JSON");
  }
}

function problemOf(item: Record<string, unknown>): string | undefined {
  const { specversion, id, type, data, data_base64: base64 } = item;
  if (specversion !== "1.0") return "has no specversion 1.0";
  if (!isEventId(id)) return "has no id of an event's form";
  if (!isEventType(type)) return "has no type of an event's form";
  if (type === QUARANTINE_TYPE) {
    return typeof base64 === "string" ? undefined : "has no data_base64";
  }
  const misshapen = misshapenAround(item) ?? misshapenIn(data);
  if (misshapen !== undefined) return `has no ${misshapen} of an event's form`;
  const { receivedAt } = data as { readonly receivedAt: string };
  return Number.isNaN(Date.parse(receivedAt)) ? "has no time in data.receivedAt" : undefined;
}

/** Beside `data`. */
function misshapenAround({ source, time, postid, dataversion }: Record<string, unknown>) {
  if (typeof source !== "string" || source === "") return "source";
  if (typeof time !== "string") return "time";
  if (typeof postid !== "string") return "postid";
  if (dataversion !== undefined && !Number.isInteger(dataversion)) return "dataversion";
  return undefined;
}

function notBusMessage(what: string): Error {
  return new Error(`not a CloudEvent of Waypost: it ${what}`);
}
