import { QUARANTINE_TYPE, type QuarantinedPost } from "./event.ts";
import { shortHash } from "./hash-id.ts";

/** As many as are kept; the bytes hold the rest. */
const maxProblems = 100;

/** All bytes of a POST of which something could not be understood. The same bytes get the same id. */
export function quarantinedPost(
  bytes: Uint8Array,
  problems: readonly { readonly path: string; readonly reason: string }[],
  post: { readonly receivedAt: string; readonly postId: string; readonly source?: string },
): QuarantinedPost {
  const kept = problems.slice(0, maxProblems).map(({ path, reason }) => ({ path, reason }));
  return {
    specversion: "1.0",
    id: `qrn_${shortHash(bytes)}`,
    type: QUARANTINE_TYPE,
    source: post.source ?? "/whatsapp",
    time: post.receivedAt,
    postid: post.postId,
    datacontenttype: "application/octet-stream",
    data_base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
    problems: JSON.stringify(kept),
  };
}

/** The id under which an event lies in quarantine that the store can never take: found by the event's id. */
export function quarantineIdOf(eventId: string): string {
  return `qrn_${shortHash(`event ${eventId}`)}`;
}
