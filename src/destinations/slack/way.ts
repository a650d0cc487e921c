import type { WebClient } from "@slack/web-api";
import type { Agent } from "undici";
import type { Log } from "../../support/log.ts";
import type { ChannelTurns } from "./channel-turns.ts";
import type { LastAnswer } from "./client.ts";
import { slackFailure } from "./failure.ts";
import type { SlackOptions } from "./options.ts";

/** One attempt's way to Slack. */
export interface Call {
  readonly client: WebClient;
  readonly last: LastAnswer;
  readonly agent: Agent;
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** And to its channel. */
export interface Way extends Call {
  readonly options: SlackOptions;
  readonly turns: ChannelTurns;
  readonly intervalMs: number;
}

/** A post when it is the channel's turn; a limit holds the channel back. Throws DeliveryError. */
export async function inTurn<T>(way: Way, post: () => Promise<T>): Promise<T> {
  const { last, signal, turns, intervalMs } = way;
  await turns.take(intervalMs, signal);
  try {
    return await post();
  } catch (error) {
    const failure = slackFailure(error, last, signal);
    if (failure.limited) turns.hold(failure.afterMs ?? intervalMs);
    throw failure;
  }
}
