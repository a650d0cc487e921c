import type { Delivered } from "../../contracts.ts";
import { laterTime } from "../later-time.ts";
import { isThreadFailure } from "./failure.ts";
import type { Line } from "./lines.ts";
import { postOf } from "./post.ts";
import { showFiles } from "./show-files.ts";
import { type Thread, threadOf } from "./thread.ts";
import { uploadFiles } from "./upload.ts";
import { inTurn, type Way } from "./way.ts";

/**
 * One post of them all, then the files of the first in its thread. The bytes go first: what Slack does not take is said in the post, and
 * the post carries the ids of those that follow. Throws DeliveryError.
 */
export async function deliverLines(
  way: Way,
  lines: readonly [Line, ...Line[]],
): Promise<Delivered> {
  const [first, ...others] = lines;
  const { ids, uploaded, absent } = await uploadFiles(way, first.kept);
  const whole = { ...first, absent: [...(first.absent ?? []), ...absent] };
  const thread = threadOf(first.item.context.link, way.options.channel);
  const posted = await post(way, [whole, ...others], { thread, files: ids });
  const place = { channel: posted.channel, ts: posted.thread };
  await showFiles(way, { ids, files: uploaded, place });
  const at = lines.map(({ event }) => event.time).reduce(laterTime);
  const link = { channel: posted.channel, ts: posted.thread, at: laterTime(at, thread?.at) };
  // The link belongs to the channel as configured: after a change of it, conversations begin anew.
  return {
    remoteId: `${posted.channel}:${posted.ts}`,
    answer: "ok",
    link: { ...link, to: way.options.channel },
  };
}

interface Where {
  readonly thread: Thread | undefined;
  readonly files: readonly string[];
}

/** Where the thread takes no reply, a new one begins. */
function post(way: Way, lines: readonly [Line, ...Line[]], { thread, files }: Where) {
  const { client, options } = way;
  const postIn = async (into: Thread | undefined) => {
    const asked = postOf(lines, { thread: into, options, files });
    const { channel = "", ts = "" } = await client.chat.postMessage(asked);
    return { channel: into?.channel ?? channel, ts, thread: into?.ts ?? ts };
  };
  return inTurn(way, () =>
    postIn(thread).catch((error: unknown) => {
      if (thread && isThreadFailure(error)) return postIn(undefined);
      throw error;
    }),
  );
}
