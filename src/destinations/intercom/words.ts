import type { EventFile } from "../../contracts.ts";
import { leftOut } from "../left-out.ts";
import { cleanText, type Said, saidAsHtml, saidAsText } from "../said.ts";

/** What is written for one event. */
export interface Words {
  /** Of the contact, in plain text: Intercom names them itself. Of our side, as HTML, with who it was. */
  readonly body: string;
  /** The same, by which it is known again. */
  readonly plain: string;
  /** Intercom fetches them at once. */
  readonly attachments: readonly string[];
}

/** Intercom takes 10 attachments. */
const mostFiles = 10;
/** Where Intercom cuts is not documented; it took no longer ones in others' reports. */
const mostText = 30_000;

/** `own`: instead of what the event says. */
export async function wordsOf(said: Said, own: string | undefined): Promise<Words> {
  const { attachments, missing } = await attachmentsOf(said.files);
  const text = own === undefined ? said.text : cleanText(own, mostText);
  const shown: Said = { ...said, text, files: missing };
  const whole = saidAsText(shown, mostText);
  const isContact = said.direction === "in";
  // It begins with who says it.
  const plain = isContact ? whole.slice(said.who.length + 1).trim() : whole;
  const body = isContact ? plain || namesOf(said.files) : saidAsHtml(shown, mostText * 2);
  return { body, plain: isContact ? body : plain, attachments };
}

async function attachmentsOf(files: readonly EventFile[]) {
  const attachments: string[] = [];
  const missing: EventFile[] = [];
  for (const file of files) {
    if ("absent" in file) {
      missing.push(file);
      continue;
    }
    const url = attachments.length < mostFiles ? await file.link() : undefined;
    if (url !== undefined) attachments.push(url);
    else if (attachments.length >= mostFiles)
      missing.push(leftOut(file, "Intercom takes 10 files at most"));
    else missing.push(leftOut(file, "the file has no public address that Intercom could fetch"));
  }
  return { attachments, missing };
}

/** A body must say something. */
function namesOf(files: readonly EventFile[]): string {
  return files.map(({ name }) => cleanText(name, 200)).join(", ") || "·";
}
