import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Agent } from "undici";
import { DeliveryError } from "../../contracts.ts";
import { statusVerdict, transportError } from "../http/verdicts.ts";
import {
  AbsentFileError,
  askAddress,
  type GraphOptions,
  openAddress,
  statusFailure,
} from "./graph.ts";
import { sniffBytes } from "./sniff.ts";

export interface Download {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Its first bytes. */
  readonly head: Buffer;
}

export interface DownloadOptions extends GraphOptions {
  readonly dispatcher: Agent;
  readonly maxBytes: number;
  /** A path that nobody else writes to. */
  readonly path: string;
  /** Where `path` lies. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Less room than this is left to others: the spool may be on the same disk. */
const leastFreeBytes = 134_217_728;

/**
 * A file's bytes, on disk and not in memory. What does not fit its hash, and an address that does not work, is tried once more with
 * another address. Throws DeliveryError or AbsentFileError; then nothing is left on disk.
 */
export async function download(
  mediaId: string,
  expected: string | undefined,
  options: DownloadOptions,
): Promise<Download> {
  for (let again = false; ; again = true) {
    const address = await askAddress(options.dispatcher, options, mediaId, options.signal);
    refuseLarge(address.bytes ?? 0, options.maxBytes);
    await leaveRoom(address.bytes ?? 0, options.scratch);
    const wanted = expected ?? address.sha256?.toLowerCase();
    const got = await fetchOnce(address.url, options, again);
    if (got !== "again" && (wanted === undefined || got.sha256 === wanted)) return got;
    if (got !== "again") await rm(options.path, { force: true });
    if (again) throw new AbsentFileError("what Meta sent is not the file: its hash does not fit");
  }
}

async function fetchOnce(
  url: URL,
  options: DownloadOptions,
  again: boolean,
): Promise<Download | "again"> {
  const { statusCode, headers, body } = await openAddress(
    options.dispatcher,
    options,
    url,
    options.signal,
  );
  if (statusCode !== 200) {
    await body.dump().catch(() => undefined);
    if (statusVerdict(statusCode).verdict !== "outage" && !again) return "again";
    throw statusFailure(statusCode, `the file's address answered ${statusCode}`);
  }
  try {
    refuseLarge(Number(headers["content-length"] ?? 0), options.maxBytes);
    return await toDisk(body, options);
  } catch (error) {
    body.on("error", () => undefined).destroy();
    await rm(options.path, { force: true });
    throw error;
  }
}

async function toDisk(body: AsyncIterable<Buffer>, options: DownloadOptions): Promise<Download> {
  const { path, maxBytes, signal } = options;
  const hash = createHash("sha256");
  const heads: Buffer[] = [];
  let bytes = 0;
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(
      body,
      async function* measured(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          if (bytes < sniffBytes) heads.push(chunk.subarray(0, sniffBytes - bytes));
          bytes += chunk.length;
          refuseLarge(bytes, maxBytes);
          hash.update(chunk);
          yield chunk;
        }
      },
      file,
      { signal },
    );
  } catch (error) {
    if (error instanceof AbsentFileError) throw error;
    throw isOfDisk(error) ? diskFailure(error) : transportError(error, signal);
  }
  return { path, sha256: hash.digest("hex"), bytes, head: Buffer.concat(heads) };
}

function refuseLarge(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  const most = Math.floor(maxBytes / 1_048_576);
  throw new AbsentFileError(`the file is larger than ${most} MB, the most that is kept`);
}

async function leaveRoom(bytes: number, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((error: unknown) => {
    throw diskFailure(error);
  });
  if (bavail * bsize - bytes >= leastFreeBytes) return;
  throw new DeliveryError("outage", "the disk of the files is nearly full");
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && /^(open|write)$/.test(`${error.syscall}`);
}

function diskFailure(cause: unknown): DeliveryError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  return new DeliveryError("outage", `the disk of the files does not work (${code})`, { cause });
}
