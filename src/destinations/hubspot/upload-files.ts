import { buffer } from "node:stream/consumers";
import type { DeliveryContext, EventFile, KeptFile } from "../../contracts.ts";
import { pathOf, unreadable } from "../http/api.ts";
import { leftOut } from "../left-out.ts";
import type { Hub } from "./records.ts";

/** HubSpot's free plans take no larger files. */
const maxBytes = 20_000_000;

interface Uploaded {
  /** As they are to be spoken of. */
  readonly files: readonly EventFile[];
  /** HubSpot's ids of those that are there. */
  readonly ids: readonly string[];
}

/**
 * Puts the event's files into HubSpot's, private. Files have no key: each is remembered before the next call, so that at most the one in flight
 * is there twice, and attached once.
 */
export async function uploadFiles(
  hub: Hub,
  context: Pick<DeliveryContext, "files" | "link" | "remember">,
): Promise<Uploaded> {
  const files = await context.files();
  if (!hub.options.uploads) return { files: files.map(mentioned), ids: [] };
  const link = { ...context.link };
  const kept: EventFile[] = [];
  for (const file of files) {
    kept.push(takes(file));
    if ("absent" in file || file.bytes > maxBytes || link[markOf(file)] !== undefined) continue;
    const id = await upload(hub, file);
    if (id === undefined) continue;
    link[markOf(file)] = id;
    await context.remember({ ...link });
  }
  const ids = files.flatMap((file) => link[markOf(file)] ?? []);
  return { files: kept, ids };
}

/** The link without its files, once they are attached. */
export function withoutFiles(link: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(link).filter(([name]) => !name.startsWith("file:")));
}

function markOf({ mediaId }: EventFile): string {
  return `file:${mediaId}`;
}

function takes(file: EventFile): EventFile {
  const fits = "absent" in file || file.bytes <= maxBytes;
  return fits ? file : leftOut(file, "not attached, as HubSpot takes 20 MB at most");
}

function mentioned(file: EventFile): EventFile {
  return "absent" in file ? file : leftOut(file, "not copied to HubSpot");
}

async function upload({ session, options }: Hub, file: KeptFile): Promise<string | undefined> {
  const form = new FormData();
  const bytes = new Uint8Array(await buffer(await file.open()));
  form.set("file", new Blob([bytes], { type: file.type }), file.name);
  form.set("folderPath", "/whatsapp");
  form.set("options", JSON.stringify({ access: "PRIVATE" }));
  const encoded = new Response(form);
  const answer = await session.write("upload a file", {
    method: "POST",
    path: pathOf`/files/${options.apiVersion}/files`,
    headers: { "content-type": encoded.headers.get("content-type") ?? "" },
    body: new Uint8Array(await encoded.arrayBuffer()),
  });
  if (answer === undefined) return undefined;
  const { id } = (answer.json ?? {}) as { id?: unknown };
  if (/^\d+$/.test(String(id))) return String(id);
  throw unreadable("HubSpot", answer, true);
}
