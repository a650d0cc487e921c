import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type WaypostEvent,
} from "../../contracts.ts";
import { effectId } from "../effect-id.ts";
import { laterTime } from "../later-time.ts";
import { slackCode, slackFailure } from "./failure.ts";
import { findChannel } from "./find-channel.ts";
import { type FoundPost, findPost, isShared } from "./find-post.ts";
import { isAbsent, isKept } from "./lines.ts";
import { showFiles, tellAbsent } from "./show-files.ts";
import { type Thread, threadOf } from "./thread.ts";
import { uploadFiles } from "./upload.ts";
import type { Way } from "./way.ts";

/**
 * The post of an earlier attempt, and what of its files is still missing is put behind it. Throws DeliveryError, or Slack's own error
 * `missing_scope` where the token may not look.
 */
export async function findDelivered(
  way: Way,
  event: WaypostEvent,
  context: DeliveryContext,
): Promise<Delivered | undefined> {
  const { client, last, signal, options } = way;
  const thread = threadOf(context.link, options.channel);
  const id = effectId(event, context);
  try {
    const channel = thread?.channel ?? (await findChannel(client, options.channel));
    if (channel === undefined) return undefined;
    const post = await findPost(client, event, { channel, thread, id });
    if (post === undefined) return undefined;
    await shareMissing(way, { post, event, context });
    return deliveredOf(post, event, { thread, to: options.channel });
  } catch (error) {
    if (slackCode(error) === "missing_scope") throw error;
    throw slackFailure(error, last, signal);
  }
}

interface Finding {
  readonly post: FoundPost;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
}

async function shareMissing(way: Way, { post, event, context }: Finding): Promise<void> {
  const [file] = post.files;
  if (file === undefined) return;
  const place = { channel: post.channel, ts: post.thread };
  if (await isShared(way.client, event, { place, file })) return;
  const files = await context.files();
  try {
    await showFiles(way, { ids: post.files, files, place });
  } catch (error) {
    if (!(error instanceof DeliveryError) || error.answer !== "file_not_found") throw error;
    // Slack has thrown away what was not shared in time.
    const { ids, uploaded, absent } = await uploadFiles(way, files.filter(isKept));
    await showFiles(way, { ids, files: uploaded, place });
    await tellAbsent(way, [...files.filter(isAbsent), ...absent], { ids: post.files, place });
  }
}

/** The link as if its answer had come: the thread that it stands in or begins, and the newest that was said there. */
function deliveredOf(
  { channel, ts, thread: root }: FoundPost,
  event: WaypostEvent,
  { thread, to }: { readonly thread: Thread | undefined; readonly to: string },
): Delivered {
  const isSame = thread?.channel === channel && thread.ts === root;
  const at = laterTime(event.time, isSame ? thread.at : undefined);
  return { remoteId: `${channel}:${ts}`, answer: "found", link: { channel, ts: root, at, to } };
}
