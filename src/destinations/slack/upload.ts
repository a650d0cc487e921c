import { request } from "undici";
import { type AbsentFile, DeliveryError, type KeptFile } from "../../contracts.ts";
import type { Log } from "../../support/log.ts";
import { statusVerdict } from "../http/verdicts.ts";
import { leftOut } from "../left-out.ts";
import { slackCode, slackFailure } from "./failure.ts";
import type { Call } from "./way.ts";

interface Uploaded {
  /** Slack's ids; nobody sees the files before they are shared. */
  readonly ids: readonly string[];
  readonly uploaded: readonly KeptFile[];
  /** Those that Slack does not take, with the reason. */
  readonly absent: readonly AbsentFile[];
}

/** Why Slack takes a file from nobody, or not this one. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["missing_scope", "the Slack app may not upload files (scope files:write)"],
  ["file_uploads_disabled", "the Slack workspace takes no files"],
  ["storage_limit_reached", "the Slack workspace has no room for files"],
  ["file_upload_size_restricted", "the Slack workspace takes no file of this size"],
  ["file_uploads_except_images_disabled", "the Slack workspace takes images only"],
  ["file_type_not_allowed", "the Slack workspace takes no file of this type"],
  ["blocked_file_type", "the Slack workspace takes no file of this type"],
  ["malware_detected", "Slack takes the file for malware"],
  ["slack_connect_file_upload_sharing_blocked", "Slack Connect takes no files here"],
  ["slack_connect_clip_sharing_blocked", "Slack Connect takes no file of this type here"],
  ["slack_connect_blocked_file_type", "Slack Connect takes no file of this type here"],
  ["missing_argument", "the file is empty"],
  ["invalid_arguments", "Slack does not take this file"],
]);

/**
 * The bytes of the files, one after the other. Throws DeliveryError that says nothing was done: what is uploaded and not shared is
 * seen by nobody, and Slack throws it away.
 */
export async function uploadFiles(call: Call, files: readonly KeptFile[]): Promise<Uploaded> {
  const ids: string[] = [];
  const uploaded: KeptFile[] = [];
  const absent: AbsentFile[] = [];
  try {
    for (const file of files) {
      const answer = await upload(call, file);
      if ("why" in answer) {
        absent.push(leftOut(file, answer.why));
      } else {
        ids.push(answer.id);
        uploaded.push(file);
      }
    }
  } catch (error) {
    throw withDoubt(slackFailure(error, call.last, call.signal), false);
  }
  return { ids, uploaded, absent };
}

async function upload(call: Call, file: KeptFile): Promise<{ id: string } | { why: string }> {
  const { client, log } = call;
  try {
    const asked = { filename: file.name, length: file.bytes };
    const { upload_url = "", file_id = "" } = await client.files.getUploadURLExternal(asked);
    const status = await sendBytes(call, file, upload_url);
    return status === 200 ? { id: file_id } : { why: "Slack does not take this file" };
  } catch (error) {
    const why = whyRefused(error, log);
    if (why === undefined) throw error;
    return { why };
  }
}

/** The address is a secret, and good for these bytes alone. */
async function sendBytes(call: Call, file: KeptFile, address: string): Promise<number> {
  const { agent, signal, baseUrl } = call;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isOfSlack(url, new URL(baseUrl))) {
    throw new DeliveryError("outage", "Slack: the address for an upload is not Slack's");
  }
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": String(file.bytes),
  };
  const body = await file.open();
  const answer = await request(url, { dispatcher: agent, method: "POST", headers, body, signal });
  await answer.body.dump();
  const status = answer.statusCode;
  if (status !== 200 && statusVerdict(status).verdict !== "refused") {
    throw new DeliveryError("outage", `Slack: an upload was answered ${status}`, {
      limited: status === 429,
      answer: String(status),
    });
  }
  return status;
}

function isOfSlack(url: URL, base: URL): boolean {
  if (url.host === base.host && url.protocol === base.protocol) return true;
  return url.protocol === "https:" && /\.slack(-gov)?\.com$/.test(url.hostname);
}

export interface ThreadPlace {
  readonly channel: string;
  readonly ts: string;
}

/**
 * Shows what was uploaded in the thread, in one message; answers why Slack does not take it. Throws DeliveryError that says it may have
 * happened.
 */
export async function shareFiles(
  { client, last, signal, log }: Call,
  ids: readonly string[],
  { channel, ts }: ThreadPlace,
): Promise<string | undefined> {
  const [first, ...others] = ids.map((id) => ({ id }));
  if (first === undefined) return undefined;
  try {
    await client.files.completeUploadExternal({
      files: [first, ...others],
      channel_id: channel,
      thread_ts: ts,
    });
    return undefined;
  } catch (error) {
    const why = whyRefused(error, log);
    if (why === undefined) throw withDoubt(slackFailure(error, last, signal), true);
    return why;
  }
}

function whyRefused(error: unknown, log: Log): string | undefined {
  const code = slackCode(error) ?? "";
  const why = reasons.get(code);
  if (why !== undefined) log.warn("Slack does not take a file", { code });
  return why;
}

export function withDoubt(failure: DeliveryError, maybeDone: boolean): DeliveryError {
  const { verdict, message, afterMs, answer, laneOnly, limited } = failure;
  return new DeliveryError(verdict, message, {
    ...{ maybeDone, laneOnly, limited, cause: failure },
    ...(afterMs !== undefined && { afterMs }),
    ...(answer !== undefined && { answer }),
  });
}
