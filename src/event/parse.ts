import type { Carried } from "./event.ts";
import { QUARANTINE_TYPE } from "./event.ts";

/**
 * What `parcelOf` wrote. Checks only that it is that kind of thing, not the whole schema: it runs for every
 * message of every queue. Throws an Error that shows none of the content.
 */
export function parseCarried(bytes: Uint8Array): Carried {
  const item = parse(bytes);
  if (typeof item !== "object" || item === null) throw notCarried("is not an object");
  const { specversion, id, type, data, data_base64: base64 } = item as Record<string, unknown>;
  if (specversion !== "1.0") throw notCarried("has no specversion 1.0");
  if (typeof id !== "string" || id === "") throw notCarried("has no id");
  if (typeof type !== "string" || type === "") throw notCarried("has no type");
  if (type === QUARANTINE_TYPE) {
    if (typeof base64 !== "string") throw notCarried("has no data_base64");
  } else if (!isEventData(data)) throw notCarried("has no data with an account");
  return item as Carried;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"),
    );
  } catch {
    throw notCarried("is not JSON");
  }
}

function isEventData(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  const { account } = data as Record<string, unknown>;
  return typeof account === "object" && account !== null;
}

function notCarried(what: string): Error {
  return new Error(`not a CloudEvent of Waypost: it ${what}`);
}
