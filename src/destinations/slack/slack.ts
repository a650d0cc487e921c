import type {
  Delivered,
  DeliveryContext,
  Destination,
  DestinationCheck,
  WaypostEvent,
} from "../../contracts.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { type Shown, slackMessage } from "./blocks.ts";
import { checkSlack } from "./check-slack.ts";
import { slackClients } from "./client.ts";
import { isThreadFailure, slackCode, slackFailure } from "./failure.ts";
import { findChannel } from "./find-channel.ts";
import { findPost } from "./find-post.ts";
import { mentionOf, parseSlackOptions, type SlackOptions, slackSchema } from "./options.ts";
import { breaksSilence, metadataType, type Thread, threadOf } from "./thread.ts";

/**
 * Posts each event to a channel, one thread per conversation. Every post carries the event id, by which it is found again after an
 * unknown outcome; where the token may not read the history, `idempotency` turns to `none` when that shows.
 */
export const slack: DestinationKind = {
  kind: "slack",
  schema: slackSchema,
  create: (name, given, parts) => createSlack(name, parseSlackOptions(name, given), parts),
};

function createSlack(name: string, options: SlackOptions, { log }: DestinationParts): Destination {
  const { clientFor, close } = slackClients(options);
  let blind = false;
  const deliver = async (event: WaypostEvent, context: DeliveryContext, signal: AbortSignal) => {
    throwIfAborted(signal);
    const id = effectId(event, context);
    const shown = await shownBy(options, context);
    const { client, last } = clientFor(signal);
    const post = async (thread?: Thread) => {
      const posted = await client.chat.postMessage(postOf(event, { thread, options, shown, id }));
      return deliveredOf(posted, event, { thread, options });
    };
    const thread = threadOf(context.link, options.channel);
    try {
      return await post(thread).catch((error: unknown) => {
        if (thread && isThreadFailure(error)) return post();
        throw error;
      });
    } catch (error) {
      throw slackFailure(error, last, signal);
    }
  };
  const find = async (event: WaypostEvent, context: DeliveryContext, signal: AbortSignal) => {
    const { client, last } = clientFor(signal);
    const thread = threadOf(context.link, options.channel);
    try {
      const channel = thread?.channel ?? (await findChannel(client, options.channel));
      if (channel === undefined) return undefined;
      const found = await findPost(client, event, {
        channel,
        thread,
        id: effectId(event, context),
      });
      blind = false;
      return found && withTarget(found, options);
    } catch (error) {
      if (slackCode(error) !== "missing_scope") throw slackFailure(error, last, signal);
      if (!blind) log.warn("Slack's token may not read the history", { destination: name });
      blind = true;
      return undefined;
    }
  };
  return {
    kind: "slack",
    get idempotency(): "lookup" | "none" {
      return blind ? "none" : "lookup";
    },
    deliver,
    find,
    ...((options.text?.readsLog || options.mention.readsLog) && { readsLog: true as const }),
    preview: (event) => postOf(event, { options, shown: shownFrom(options, event), id: event.id }),
    check: (signal): Promise<DestinationCheck[]> => checkSlack(clientFor, options.channel, signal),
    close,
  };
}

/** Before anything is posted: what cannot be rendered is refused. */
async function shownBy({ mention, text }: SlackOptions, context: DeliveryContext): Promise<Shown> {
  const own = await text?.render(context);
  const told = mentionOf(await mention.render(context));
  return { mention: told, ...(own !== undefined && { text: String(own) }) };
}

function shownFrom({ mention, text }: SlackOptions, event: WaypostEvent): Shown {
  const own = text?.renderFrom(event);
  const told = mentionOf(mention.renderFrom(event));
  return { mention: told, ...(own !== undefined && { text: String(own) }) };
}

interface Posting {
  readonly thread?: Thread | undefined;
  readonly options: SlackOptions;
  readonly shown: Shown;
  /** By which it is found again. */
  readonly id: string;
}

function postOf(event: WaypostEvent, { thread, options, shown, id }: Posting) {
  const loud = thread !== undefined && breaksSilence(event, thread, options.silenceMs);
  const opens = thread === undefined;
  const mention = opens || loud ? shown.mention : "";
  const message = slackMessage(event, { ...shown, opens, mention });
  const post = {
    channel: thread?.channel ?? options.channel,
    ...message,
    metadata: { event_type: metadataType, event_payload: { event_id: id } },
    parse: "none" as const,
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
  return thread ? { ...post, thread_ts: thread.ts, reply_broadcast: loud } : post;
}

interface Posted {
  readonly channel?: string;
  readonly ts?: string;
}

function deliveredOf(
  { channel = "", ts = "" }: Posted,
  event: WaypostEvent,
  { thread, options }: { readonly thread: Thread | undefined; readonly options: SlackOptions },
): Delivered {
  const link = { channel: thread?.channel ?? channel, ts: thread?.ts ?? ts, at: event.time };
  return withTarget({ remoteId: `${channel}:${ts}`, answer: "ok", link }, options);
}

/** The link belongs to the channel as configured: after a change of it, conversations begin anew. */
function withTarget(delivered: Delivered, { channel }: SlackOptions): Delivered {
  return delivered.link ? { ...delivered, link: { ...delivered.link, to: channel } } : delivered;
}
