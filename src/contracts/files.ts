/** Files of messages, as destinations get them. */
import type { Readable } from "node:stream";

/** One file of an event: kept, or why it cannot be had. */
export type EventFile = KeptFile | AbsentFile;

interface SentFile {
  /** Meta's media id. */
  readonly mediaId: string;
  /** As the sender named it, or made of its kind and type: `photo.jpg`. Never a path. */
  readonly name: string;
  /** The phone number id that it came to; absent of files of before this was kept. */
  readonly account?: string;
}

export interface KeptFile extends SentFile {
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

export interface AbsentFile extends SentFile {
  /** A sentence for people: `the file had expired before it could be fetched`. */
  readonly absent: string;
}

/** What becomes of a file that Meta told of: `pending` is being kept, `removing` is past its time. */
export type MediaState = "pending" | "fetched" | "absent" | "removing";

export interface MediaRow {
  readonly mediaId: string;
  readonly state: MediaState;
  readonly name: string;
  /** The phone number id that it came to. */
  readonly account?: string;
  /** Hex; of `absent` ones that were never had undefined, and so are the next two. */
  readonly sha256?: string;
  readonly bytes?: number;
  readonly type?: string;
  /** Of `absent`: a sentence for people. */
  readonly reason?: string;
  readonly expireAt: Date;
}

/** Which files are kept, by Meta's media id. Throws StoreError. */
export interface MediaRows {
  /** What has expired is not answered. */
  get(mediaIds: readonly string[]): Promise<MediaRow[]>;
  /** Replaces the row. False: it is being removed, or its bytes are for another row: try again in a moment. */
  save(row: MediaRow): Promise<boolean>;
  /** Makes expired rows `removing`, at most so many, and answers with them. Repeatable. */
  expire(now: Date, limit: number): Promise<MediaRow[]>;
  /** Another row, not `removing`, has these bytes. */
  isShared(row: MediaRow): Promise<boolean>;
  /** Of `removing` rows. */
  remove(mediaIds: readonly string[]): Promise<void>;
}

/** A file that has come, at a path of its own. */
export interface FetchedFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly type: string;
}

/** Keeps bytes by their SHA-256: a directory, or a bucket. Rejects with DeliveryError `outage` where it does not answer. */
export interface FileVault {
  /** Where a file is written until it is kept; what is left there by a process that ended goes by itself. */
  readonly scratch: string;
  /** Takes the file away from `path`. Durable when it resolves; twice is once. */
  keep(path: string, file: FetchedFile): Promise<void>;
  has(sha256: string): Promise<boolean>;
  /** undefined: it is not there. */
  open(sha256: string): Promise<Readable | undefined>;
  /** Of a bucket: an address for so many seconds. */
  link?(file: Pick<KeptFile, "sha256" | "name" | "type">, seconds: number): Promise<string>;
  remove(sha256: string): Promise<void>;
  close(): Promise<void>;
}
