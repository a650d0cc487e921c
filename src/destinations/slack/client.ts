import { type FetchFunction, type Logger, LogLevel, WebClient } from "@slack/web-api";
import { Agent, fetch } from "undici";
import type { SlackOptions } from "./options.ts";

/** More than a page of 100 of the largest messages. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** What the last HTTP answer said besides its body: the SDK keeps only part of it. */
export interface LastAnswer {
  status?: number;
  retryAfter?: string | null;
}

/** A client for one attempt: it knows that attempt's signal. */
export type ClientFor = (signal: AbortSignal) => { client: WebClient; last: LastAnswer };

export interface SlackClients {
  readonly clientFor: ClientFor;
  readonly agent: Agent;
  close(): Promise<void>;
}

/** The official SDK without retries of its own, over undici: no redirects, a capped answer. */
export function slackClients({ token, baseUrl }: SlackOptions): SlackClients {
  const agent = new Agent({ connect: { timeout: 5000 }, allowH2: false });
  return {
    agent,
    clientFor: (signal) => {
      const last: LastAnswer = {};
      const client = new WebClient(token, {
        slackApiUrl: baseUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        logger: silent,
        fetch: guardedFetch(agent, signal, last),
      });
      return { client, last };
    },
    close: () => agent.destroy(),
  };
}

function guardedFetch(agent: Agent, signal: AbortSignal, last: LastAnswer): FetchFunction {
  return async (url, init = {}) => {
    const { method = "POST", headers = {}, body } = init;
    if (typeof body !== "string") throw new TypeError("only forms are sent");
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal,
      redirect: "manual",
      dispatcher: agent,
    });
    last.status = response.status;
    last.retryAfter = response.headers.get("retry-after");
    const text = await cappedText(response.body);
    return {
      ok: response.ok,
      status: response.status,
      statusText: response.statusText,
      url: response.url,
      headers: response.headers,
      text: async () => text,
      json: async () => JSON.parse(text),
      arrayBuffer: async () => new TextEncoder().encode(text).buffer,
    };
  };
}

async function cappedText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error("Slack's answer is larger than 8 MB");
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The SDK logs bodies. */
const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
