import type { Readable } from "node:stream";
import { DeliveryError, type EventFile, type KeptFile } from "../../contracts.ts";
import type { Work } from "./parts.ts";
import { uploadOf } from "./records.ts";
import type { Line, Turn } from "./turn.ts";

/** https://support.zendesk.com/hc/en-us/articles/4408832757146: 50 MB. */
const largest = 50 * 1024 * 1024;

export interface Uploaded {
  /** For `comment.uploads`; unused ones expire within the hour. */
  readonly tokens: readonly string[];
  /** By line, with those that Zendesk does not take as absent. */
  readonly files: ReadonlyMap<Line, readonly EventFile[]>;
}

/** What is kept of the files, one after the other. */
export async function uploadFiles(work: Work, { lines }: Turn): Promise<Uploaded> {
  const tokens: string[] = [];
  const files = new Map<Line, readonly EventFile[]>();
  for (const line of lines) {
    const shown: EventFile[] = [];
    for (const file of line.said.files) {
      const outcome = "absent" in file ? file : await upload(work, file);
      if (typeof outcome === "string") tokens.push(outcome);
      shown.push(typeof outcome === "object" ? outcome : file);
    }
    files.set(line, shown);
  }
  return { tokens, files };
}

/** The token, or why the file cannot be had there; undefined in shadow. */
async function upload({ session }: Work, file: KeptFile): Promise<string | undefined | EventFile> {
  const { mediaId, name, type, bytes } = file;
  const absent = (why: string): EventFile => ({ mediaId, name, absent: why });
  if (bytes > largest) return absent("the file is larger than the 50 MB that Zendesk takes");
  try {
    const answer = await session.write("upload a file", {
      ...{ method: "POST", path: "/api/v2/uploads", query: { filename: name } },
      ...{ body: await bytesOf(await file.open()), headers: { "content-type": type } },
    });
    return answer && uploadOf(answer.json);
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.verdict !== "refused") throw error;
    return absent("Zendesk does not take this file");
  }
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
