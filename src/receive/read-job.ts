import type { Transferable } from "node:worker_threads";
import type { PostStamp, ReadPost } from "./read.ts";
import type { VerifiedBody } from "./verified-body.ts";

/** What goes to the thread. The brand does not survive the copy, so only `packJob` makes one. */
export interface ReadJob {
  readonly bytes: Uint8Array;
  readonly stamp: PostStamp;
}

/** What comes back: all parcels' bytes in one buffer that changes hands instead of being copied. */
export interface PackedPost {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In order; each ends at `end`, where the next begins. */
  readonly parcels: readonly { id: string; type: string; routingKey: string; end: number }[];
  readonly accounts: readonly string[];
}

export function packJob(body: VerifiedBody, stamp: PostStamp): ReadJob {
  return { bytes: body, stamp };
}

export function unpackJob({ bytes }: ReadJob): VerifiedBody {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as VerifiedBody;
}

export function packPost(post: ReadPost): { packed: PackedPost; transfer: Transferable[] } {
  const bytes = new Uint8Array(post.parcels.reduce((sum, parcel) => sum + parcel.bytes.length, 0));
  let end = 0;
  const parcels = post.parcels.map(({ id, type, routingKey, bytes: from }) => {
    bytes.set(from, end);
    end += from.length;
    return { id, type, routingKey, end };
  });
  return { packed: { bytes, parcels, accounts: post.accounts }, transfer: [bytes.buffer] };
}

export function unpackPost({ bytes, parcels, accounts }: PackedPost): ReadPost {
  let start = 0;
  return {
    accounts,
    parcels: parcels.map(({ id, type, routingKey, end }) => {
      const parcel = { id, type, routingKey, bytes: bytes.subarray(start, end) };
      start = end;
      return parcel;
    }),
  };
}
