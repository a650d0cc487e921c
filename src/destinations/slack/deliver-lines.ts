import type { Delivered } from "../../contracts.ts";
import { laterTime } from "../later-time.ts";
import type { ChannelTurns } from "./channel-turns.ts";
import { isThreadFailure, slackFailure } from "./failure.ts";
import type { Line } from "./lines.ts";
import type { SlackOptions } from "./options.ts";
import { postOf } from "./post.ts";
import { type Thread, threadOf } from "./thread.ts";
import { type Call, shareFiles, uploadFiles } from "./upload.ts";

/** One attempt's way to Slack, and to its channel. */
export interface Way extends Call {
  readonly options: SlackOptions;
  readonly turns: ChannelTurns;
  readonly intervalMs: number;
}

/**
 * One post of them all, then the files of the first in its thread. The bytes go first: what Slack does not take is said in the post, and
 * the post carries the ids of those that follow. Throws DeliveryError.
 */
export async function deliverLines(
  way: Way,
  lines: readonly [Line, ...Line[]],
): Promise<Delivered> {
  const [first, ...others] = lines;
  const { ids, absent } = await uploadFiles(way, first.kept);
  const whole = { ...first, absent: [...(first.absent ?? []), ...absent] };
  const thread = threadOf(first.item.context.link, way.options.channel);
  const posted = await post(way, [whole, ...others], { thread, files: ids });
  await shareFiles(way, ids, { channel: posted.channel, ts: posted.thread });
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
async function post(way: Way, lines: readonly [Line, ...Line[]], { thread, files }: Where) {
  const { client, last, signal, options, turns, intervalMs } = way;
  await turns.take(intervalMs, signal);
  const postIn = async (into: Thread | undefined) => {
    const asked = postOf(lines, { thread: into, options, files });
    const { channel = "", ts = "" } = await client.chat.postMessage(asked);
    return { channel: into?.channel ?? channel, ts, thread: into?.ts ?? ts };
  };
  try {
    return await postIn(thread).catch((error: unknown) => {
      if (thread && isThreadFailure(error)) return postIn(undefined);
      throw error;
    });
  } catch (error) {
    const failure = slackFailure(error, last, signal);
    if (failure.answer === "ratelimited") turns.hold(failure.afterMs ?? intervalMs);
    throw failure;
  }
}
