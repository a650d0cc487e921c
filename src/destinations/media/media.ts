import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Agent } from "undici";
import {
  type Delivered,
  DeliveryError,
  type Destination,
  type FetchedFile,
  type FileVault,
  type MediaRow,
  type MediaRows,
  StoreError,
  type WaypostEvent,
} from "../../contracts.ts";
import { fileArrivedEvent, type WentWithout } from "../../event/file-arrived.ts";
import type { MessageMedia } from "../../event/media-of.ts";
import { checkMedia } from "./check.ts";
import { createDownloader, type Downloader } from "./downloader.ts";
import { filesOf } from "./files-of.ts";
import { AbsentFileError, type GraphOptions } from "./graph.ts";
import { mediaLaneKeys } from "./lane-keys.ts";
import { sniff } from "./sniff.ts";

export interface MediaOptions {
  readonly graph: GraphOptions;
  readonly maxBytes: number;
  /** A file that came to this account goes so long after it was fetched. */
  readonly retentionMs: (account: WaypostEvent["data"]["account"]) => number;
  readonly vault: FileVault;
  readonly rows: MediaRows;
  /** Destinations that take files and went on without those of this event: their attempt began before then. */
  readonly without: (eventId: string, before: Date) => Promise<readonly WentWithout[]>;
  /** What waits for the event's files need not wait any more. */
  readonly settled: (eventId: string) => void;
  readonly now?: () => number;
}

/** Deliveries wait so long for files (`lacksParts`): what comes later follows as an event of its own. */
const lateMs = 60_000;
const busyMs = 5_000;

/**
 * The built-in destination that fetches the files of messages: id ─▶ address ─▶ bytes, before they expire at Meta. Each ends as
 * kept, or as absent with a sentence that says why. Doing it again changes nothing: bytes lie under their hash.
 */
export function createMedia(options: MediaOptions): Destination {
  const dispatcher = new Agent({ connect: { timeout: 5_000 } });
  const downloader = createDownloader();
  const parts = { ...options, downloader, now: options.now ?? Date.now };
  return {
    kind: "media",
    idempotency: "native",
    links: false,
    laneKeys: mediaLaneKeys,
    async deliver(event, _context, signal): Promise<Delivered> {
      const ends: Settled[] = [];
      const { phoneNumberId: account } = event.data.account;
      const retentionMs = options.retentionMs(event.data.account);
      const own = { ...parts, retentionMs, ...(account !== undefined && { account }) };
      for (const media of filesOf(event)) ends.push(await settleFile(own, media, signal));
      // Before anybody is woken: who is done by now had no part of it.
      const events = await lateFiles(parts, event, ends);
      options.settled(event.id);
      return {
        answer: ends.map(({ row }) => inWords(row)).join("; "),
        ...(events.length > 0 && { events }),
      };
    },
    preview: (event) => ({ files: filesOf(event).map(({ id, name }) => ({ mediaId: id, name })) }),
    check: (signal) => checkMedia({ ...options, dispatcher }, signal),
    async close() {
      await Promise.all([downloader.close(), dispatcher.destroy()]);
    },
  };
}

interface Parts extends Omit<MediaOptions, "retentionMs"> {
  /** Of this account's files. */
  readonly retentionMs: number;
  /** The phone number id that the file came to. */
  readonly account?: string;
  readonly downloader: Downloader;
  readonly now: () => number;
}

interface Settled {
  readonly row: MediaRow;
  /** From then on whoever asks has the file. */
  readonly since: number;
}

/** Throws DeliveryError where another moment may do. */
async function settleFile(
  parts: Parts,
  media: MessageMedia,
  signal: AbortSignal,
): Promise<Settled> {
  const { rows, vault } = parts;
  const [known] = await stored(() => rows.get([media.id]));
  const isKept = known?.state === "fetched" && known.sha256 !== undefined;
  if (isKept && (await vault.has(known.sha256))) {
    // Of an attempt before this one.
    return { row: known, since: known.expireAt.getTime() - parts.retentionMs };
  }
  const path = join(vault.scratch, `${randomUUID()}.part`);
  try {
    const row = await fetchFile(parts, media, { path, signal });
    return { row, since: parts.now() };
  } catch (error) {
    await rm(path, { force: true });
    if (!(error instanceof AbsentFileError)) throw error;
    const row = { ...rowOf(parts, media), state: "absent", reason: error.message } as const;
    await save(rows, row);
    return { row, since: parts.now() };
  }
}

async function fetchFile(
  { graph, maxBytes, vault, rows, downloader, ...parts }: Parts,
  media: MessageMedia,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<MediaRow> {
  if (!/^[\w-]{1,128}$/.test(media.id)) throw new AbsentFileError("its id is none of Meta's");
  const { scratch } = vault;
  const job = {
    ...{ mediaId: media.id, expected: expectedHash(media) },
    options: { ...graph, maxBytes, path, scratch },
  };
  const { head, sha256, bytes } = await downloader.download(job, signal);
  const file: FetchedFile = { sha256, bytes, type: sniff(head, media.mimeType) };
  const row = { ...rowOf(parts, media), ...file };
  // Known before it is kept: bytes that no row knows would stay for ever.
  await save(rows, { ...row, state: "pending" });
  await vault.keep(path, file);
  const kept = { ...row, ...rowOf(parts, media), state: "fetched" } as const;
  await save(rows, kept);
  return kept;
}

/** The event's, in hex; undefined: it tells none that a SHA-256 could be. */
function expectedHash({ sha256 }: MessageMedia): string | undefined {
  const bytes = Buffer.from(sha256 ?? "", "base64");
  return bytes.length === 32 ? bytes.toString("hex") : undefined;
}

function rowOf(
  { account, retentionMs, now = Date.now }: Pick<Parts, "account" | "retentionMs" | "now">,
  { id, name }: MessageMedia,
): Pick<MediaRow, "mediaId" | "name" | "account" | "expireAt"> {
  const own = { mediaId: id, name, ...(account !== undefined && { account }) };
  return { ...own, expireAt: new Date(now() + retentionMs) };
}

async function save(rows: MediaRows, row: MediaRow): Promise<void> {
  if (await stored(() => rows.save(row))) return;
  const words = "the same bytes, of another file, are being removed";
  throw new DeliveryError("outage", words, { laneOnly: true, afterMs: busyMs });
}

async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new DeliveryError("outage", "the store does not answer", { cause: error });
  }
}

async function lateFiles(
  { without, now }: Pick<Parts, "without" | "now">,
  event: WaypostEvent,
  ends: readonly Settled[],
): Promise<WaypostEvent[]> {
  const at = new Date(now());
  const kept = ends.filter(({ row }) => row.state === "fetched");
  const isLate = at.getTime() - Date.parse(event.data.receivedAt) > lateMs;
  if (kept.length === 0 || !isLate) return [];
  const since = new Date(Math.max(...kept.map((file) => file.since)));
  const details = { without: await stored(() => without(event.id, since)), at };
  return kept.map(({ row: { type = "", ...file } }) =>
    fileArrivedEvent(event, { ...file, type }, details),
  );
}

function inWords({ state, type, bytes, reason }: MediaRow): string {
  return state === "absent" ? `absent: ${reason}` : `kept: ${type}, ${bytes} bytes`;
}
