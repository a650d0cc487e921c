import { buffer } from "node:stream/consumers";
import type { EventFile } from "../../contracts.ts";
import { headerLine } from "../clean-text.ts";
import { leftOut } from "../left-out.ts";

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
      named.push(leftOut(file, `the file has ${megabytes(file.bytes)} MB, too much for a mail`));
    } else {
      left -= file.bytes;
      attachments.push({
        filename: headerLine(file.name.replaceAll(/[/\\]/g, "_"), 200) || "file",
        contentType: typeOf(file),
        content: await buffer(await file.open()),
      });
    }
  }
  return { attachments, named };
}

/** None of them: the mail server did not take them. */
export function detached(files: readonly EventFile[]): Attaching {
  const named = files.map((file) =>
    "absent" in file ? file : leftOut(file, "the mail server did not take the file"),
  );
  return { attachments: [], named };
}

/** A mail as a file would be a part of this mail, as it is: lines of any length, NULs and all. */
function typeOf({ type }: EventFile & { readonly type: string }): string {
  const isFile = /^(?!message\/|multipart\/)[\w.+-]+\/[\w.+-]+$/i.test(type);
  return isFile ? type : "application/octet-stream";
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
