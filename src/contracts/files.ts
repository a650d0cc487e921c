/** Files of messages, as destinations get them. */
import type { Readable } from "node:stream";

/** One file of an event: kept, or why it cannot be had. */
export type EventFile = KeptFile | AbsentFile;

interface FileFacts {
  /** Meta's media id. */
  readonly mediaId: string;
  /** As the sender named it, or made of its kind and type: `photo.jpg`. Never a path. */
  readonly name: string;
}

export interface KeptFile extends FileFacts {
  /** Sniffed from the bytes, e.g. `image/jpeg`. */
  readonly type: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Its bytes. Rejects with DeliveryError `outage` where the library does not answer. */
  open(): Promise<Readable>;
  /** An address that anybody may read for 10 minutes; undefined: there is no public address to give. Never to be logged. */
  link(): Promise<string | undefined>;
}

export interface AbsentFile extends FileFacts {
  /** A sentence for people: `the file had expired before it could be fetched`. */
  readonly absent: string;
}
