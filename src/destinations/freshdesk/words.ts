import { buffer } from "node:stream/consumers";
import type { EventFile } from "../../contracts.ts";
import { leftOut } from "../left-out.ts";
import { cleanText, type Said, saidAsHtml, saidAsText } from "../said.ts";
import type { Upload } from "./multipart.ts";

/** What is written for one event. */
export interface Words {
  /** HTML: with who it was, of the contact too, for a ticket shows it to everybody. */
  readonly html: string;
  /** The same, by which it is known again. */
  readonly plain: string;
  readonly uploads: readonly Upload[];
}

/** Freshdesk takes 20 MB in one note. */
const mostBytes = 20_000_000;
const mostText = 60_000;

/** `own`: instead of what the event says. Throws DeliveryError where a file that is there cannot be read now. */
export async function wordsOf(said: Said, own: string | undefined): Promise<Words> {
  const { uploads, missing } = await uploadsOf(said.files);
  const text = own === undefined ? said.text : cleanText(own, mostText);
  const shown: Said = { ...said, text, files: missing };
  return { html: saidAsHtml(shown), plain: saidAsText(shown), uploads };
}

async function uploadsOf(files: readonly EventFile[]) {
  const uploads: Upload[] = [];
  const missing: EventFile[] = [];
  let left = mostBytes;
  for (const file of files) {
    if ("absent" in file) missing.push(file);
    else if (file.bytes > left) missing.push(leftOut(file, "Freshdesk takes 20 MB at most"));
    else {
      left -= file.bytes;
      uploads.push({ name: file.name, type: file.type, bytes: await buffer(await file.open()) });
    }
  }
  return { uploads, missing };
}
