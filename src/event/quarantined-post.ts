import { isEventId, isEventType, QUARANTINE_TYPE, type QuarantinedPost } from "./event.ts";
import { shortHash } from "./hash-id.ts";

const metaSource = "/whatsapp";
/** As many as are kept; the bytes hold the rest. */
const maxProblems = 100;

/** All bytes of a POST of which something could not be understood. The same bytes of the same sender get the same id. */
export function quarantinedPost(
  bytes: Uint8Array,
  problems: readonly { readonly path: string; readonly reason: string }[],
  post: { readonly receivedAt: string; readonly postId: string; readonly source?: string },
): QuarantinedPost {
  const kept = problems.slice(0, maxProblems).map(({ path, reason }) => ({ path, reason }));
  const { source = metaSource } = post;
  return {
    specversion: "1.0",
    id: idOf(bytes, source),
    type: QUARANTINE_TYPE,
    source,
    time: post.receivedAt,
    postid: post.postId,
    datacontenttype: "application/octet-stream",
    data_base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
    problems: JSON.stringify(kept),
  };
}

/** Two sources may be sent the same bytes, and make something else of them. */
function idOf(bytes: Uint8Array, source: string): string {
  const hash = shortHash(bytes);
  return `qrn_${source === metaSource ? hash : shortHash(JSON.stringify([source, hash]))}`;
}

/**
 * A message that is no event, or one that the store can never take, as a quarantined POST of its bytes: nothing that was
 * received is dropped. With an event's id it is found by that.
 */
export function quarantinedMessage(bytes: Uint8Array, reason: string): QuarantinedPost {
  const { id, type, postid, time, data } = partsOf(bytes);
  const at = Date.parse(String(partsIn(data)["receivedAt"] ?? time));
  const post = quarantinedPost(bytes, [{ path: "", reason }], {
    receivedAt: new Date(Number.isNaN(at) ? Date.now() : at).toISOString(),
    postId: typeof postid === "string" ? postid : "",
  });
  if (!isEventId(id)) return post;
  const eventtype = isEventType(type) ? { eventtype: type } : {};
  return { ...post, id: quarantineIdOf(id), eventid: id, ...eventtype };
}

function partsOf(bytes: Uint8Array): Record<string, unknown> {
  try {
    return partsIn(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return {};
  }
}

function partsIn(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The id under which an event lies in quarantine that the store can never take: found by the event's id. */
export function quarantineIdOf(eventId: string): string {
  return `qrn_${shortHash(`event ${eventId}`)}`;
}
