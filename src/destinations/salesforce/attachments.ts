import type { EventFile, KeptFile } from "../../contracts.ts";
import type { Part } from "./client.ts";
import type { SalesforceOptions } from "./options.ts";

/** Salesforce takes about 50 MB in one request; base64 makes a third more of it. */
const mostInAll = 30_000_000;

/** Which of an event's files go with its Task; of the others it is said why not. */
export function attachable(
  files: readonly EventFile[],
  { files: taken, maxFileBytes }: Pick<SalesforceOptions, "files" | "maxFileBytes">,
): readonly EventFile[] {
  let bytes = 0;
  return files.map((file) => {
    if ("absent" in file) return file;
    const { mediaId, name } = file;
    if (!taken) return { mediaId, name, absent: "files are not sent to Salesforce" };
    const isLarge = file.bytes > maxFileBytes || bytes + file.bytes > mostInAll;
    if (isLarge) {
      const size = (file.bytes / 1_000_000).toFixed(1);
      return { mediaId, name, absent: `${size} MB are too large to be sent to Salesforce` };
    }
    bytes += file.bytes;
    return file;
  });
}

/** A file becomes one in Salesforce that first belongs to the Task, in the same request. */
export async function filePart(file: KeptFile, at: number, taskId: string): Promise<Part> {
  const chunks: Buffer[] = [];
  for await (const chunk of await file.open()) chunks.push(Buffer.from(chunk as Uint8Array));
  return {
    ...{ method: "POST", path: "/sobjects/ContentVersion", referenceId: `file${at}` },
    body: {
      Title: file.name.slice(0, 255),
      PathOnClient: file.name.slice(-500),
      VersionData: Buffer.concat(chunks).toString("base64"),
      FirstPublishLocationId: taskId,
    },
  };
}
