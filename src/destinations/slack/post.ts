import type { ChatPostMessageArguments } from "@slack/web-api";
import type { AbsentFile } from "../../contracts.ts";
import { laterTime } from "../later-time.ts";
import { absentMessage, fitsOnePost, slackMessage } from "./blocks.ts";
import { isFailed, type Line } from "./lines.ts";
import type { SlackOptions } from "./options.ts";
import { breaksSilence, metadataType, type Thread } from "./thread.ts";
import type { ThreadPlace } from "./upload.ts";

/** What of a line a post needs. */
export type Posted = Pick<Line, "event" | "text" | "quote" | "absent" | "id" | "mention">;

interface Place {
  readonly thread: Thread | undefined;
  readonly options: Pick<SlackOptions, "channel" | "silenceMs" | "mentionsAlways">;
  /** Ids of uploaded files that follow it. */
  readonly files?: readonly string[];
}

/** Nothing in it is turned into something else. */
const asWritten = {
  parse: "none",
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
} as const;

/** One post of one line or several. It carries their ids, and those of its files: by them it is found again. */
export function postOf(
  lines: readonly [Posted, ...Posted[]],
  { thread, options, files = [] }: Place,
): ChatPostMessageArguments {
  const [first] = lines;
  const opens = thread === undefined;
  const loud = !opens && breaksSilence(first.event, thread, options.silenceMs);
  const telling = lines.filter(
    (line) => options.mentionsAlways || isFailed(line.event) || (line === first && (opens || loud)),
  );
  const mention = [...new Set(telling.map((line) => line.mention))].filter(Boolean).join(" ");
  const ids = lines.map(({ id }) => id);
  const post = {
    channel: thread?.channel ?? options.channel,
    ...slackMessage(lines, { opens, mention }),
    metadata: {
      event_type: metadataType,
      event_payload: {
        event_id: first.id,
        ...(ids.length > 1 && { event_ids: JSON.stringify(ids) }),
        ...(files.length > 0 && { files: files.join(",") }),
      },
    },
    ...asWritten,
  };
  return thread ? { ...post, thread_ts: thread.ts, reply_broadcast: loud } : post;
}

/** A line for files that were uploaded and cannot be shown. */
export function absentPostOf(
  absent: readonly AbsentFile[],
  { ids, place }: { readonly ids: readonly string[]; readonly place: ThreadPlace },
): ChatPostMessageArguments {
  return {
    ...{ channel: place.channel, thread_ts: place.ts },
    ...absentMessage(absent),
    metadata: { event_type: metadataType, event_payload: { left_out: ids.join(",") } },
    ...asWritten,
  };
}

/**
 * Those from the first on that one post tells: within Slack's limits, none with a file that must follow it, and none after a silence,
 * which is told in the channel too.
 */
export function linesOfOnePost(
  lines: readonly [Line, ...Line[]],
  { silenceMs }: Pick<SlackOptions, "silenceMs">,
): [Line, ...Line[]] {
  const [first, ...others] = lines;
  const taken: [Line, ...Line[]] = [first];
  let newest = first.event.time;
  for (const line of others) {
    if (first.kept.length > 0 || line.kept.length > 0) break;
    if (breaksSilence(line.event, { at: newest }, silenceMs)) break;
    if (!fitsOnePost(slackMessage([...taken, line], { opens: true, mention: first.mention })))
      break;
    taken.push(line);
    newest = laterTime(line.event.time, newest);
  }
  return taken;
}
