import type { EventFile, KeptFile } from "../../contracts.ts";
import { headerLine } from "../clean-text.ts";

export interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** Files to attach, and those that a line names instead. */
export interface Attaching {
  readonly attachments: readonly MailAttachment[];
  readonly named: readonly EventFile[];
}

/** Within `most` bytes in all. Throws DeliveryError where a file that is there cannot be read now. */
export async function attach(files: readonly EventFile[], most: number): Promise<Attaching> {
  const attachments: MailAttachment[] = [];
  const named: EventFile[] = [];
  let left = most;
  for (const file of files) {
    if ("absent" in file) named.push(file);
    else if (file.bytes > left) {
      named.push(without(file, `the file has ${megabytes(file.bytes)} MB, too much for a mail`));
    } else {
      left -= file.bytes;
      attachments.push({
        filename: headerLine(file.name.replaceAll(/[/\\]/g, "_"), 200) || "file",
        contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.type)
          ? file.type
          : "application/octet-stream",
        content: await bytesOf(file),
      });
    }
  }
  return { attachments, named };
}

/** None of them: the mail server did not take them. */
export function detached(files: readonly EventFile[]): Attaching {
  const named = files.map((file) =>
    "absent" in file ? file : without(file, "the mail server did not take the file"),
  );
  return { attachments: [], named };
}

async function bytesOf(file: KeptFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await file.open()) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function without({ mediaId, name }: EventFile, absent: string): EventFile {
  return { mediaId, name, absent };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
