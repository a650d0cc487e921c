import type { EncodedEvent } from "../contracts.ts";
import { type AppendLog, openAppendLog } from "../support/append-log.ts";
import type { LogRow } from "../support/append-log-tables.ts";
import { describeError } from "../support/describe-error.ts";
import type { Log } from "../support/log.ts";
import { framePost, parseFrame } from "./spool-frame.ts";

const reader = "spool";

/** The durable overflow: one row a POST, appended with one fsync for all that wait, drained in order. */
export interface Spool {
  /** Resolves when the POST lies fsynced. Rejects when full (`SPOOL_MAX_BYTES`) or failing. */
  append(post: readonly EncodedEvent[]): Promise<void>;
  /** The oldest POSTs from `after` (exclusive; 0 = start), up to about `maxEvents` events but at least one POST. */
  read(after: number, maxEvents: number): Promise<SpooledPost[]>;
  /** Forgets every POST up to `seq`, inclusive. */
  dropThrough(seq: number): Promise<void>;
  /** POSTs and bytes that wait, and when the oldest was appended. Cheap, from memory. */
  depth(): { readonly posts: number; readonly bytes: number; readonly oldestAt?: Date };
  close(): Promise<void>;
}
export interface SpooledPost {
  readonly seq: number;
  readonly events: readonly EncodedEvent[];
}

export interface SpoolOptions {
  readonly path: string;
  /** `SPOOL_MAX_BYTES`. */
  readonly maxBytes: number;
  readonly log: Log;
}

/**
 * The spool as one SQLite file, one row a POST. A row that cannot be read any more is set aside in the
 * same file and reported, once. Throws SqliteInUseError when another process has the file.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const log = await openAppendLog({ path: options.path, maxBytes: options.maxBytes });
  return {
    append: (post) => log.append([{ key: "post", bytes: framePost(post) }]),
    read: (after, maxEvents) => readPosts(log, options.log, after, maxEvents),
    dropThrough: (seq) => log.dropThrough(seq),
    depth() {
      const { rows, ...rest } = log.size();
      return { posts: rows, ...rest };
    },
    close: () => log.close(),
  };
}

async function readPosts(
  log: AppendLog,
  report: Log,
  after: number,
  maxEvents: number,
): Promise<SpooledPost[]> {
  for (let from = after; ; ) {
    const { rows, through } = await log.read(from, maxEvents);
    const posts: SpooledPost[] = [];
    for (const row of rows) {
      const events = await parseRow(log, report, row);
      if (events !== undefined) posts.push({ seq: row.seq, events });
    }
    if (posts.length > 0 || rows.length === 0) return upTo(maxEvents, posts);
    // Only rows set aside, and none before them: nobody else would drop them.
    if (after === 0) await log.dropThrough(through);
    from = through;
  }
}

async function parseRow(
  log: AppendLog,
  report: Log,
  row: LogRow,
): Promise<readonly EncodedEvent[] | undefined> {
  try {
    return parseFrame(row.bytes);
  } catch (error) {
    const reason = describeError(error);
    if (await log.setAside(reader, row.seq, reason)) {
      report.error("set aside a POST that the spool cannot read", { reason });
    }
    return undefined;
  }
}

function upTo(maxEvents: number, posts: readonly SpooledPost[]): SpooledPost[] {
  let events = 0;
  const fits = posts.findIndex((post) => {
    events += post.events.length;
    return events > maxEvents;
  });
  return posts.slice(0, fits === -1 ? posts.length : Math.max(fits, 1));
}
