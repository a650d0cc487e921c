import { type Stub, type StubAnswer, type StubRequest, startStub } from "./stub.ts";

interface SlackPost {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly reply_broadcast?: boolean;
  readonly text: string;
  readonly blocks: readonly Record<string, unknown>[];
  readonly metadata: { readonly event_type: string; readonly event_payload: { event_id: string } };
}
export interface SlackStub {
  readonly stub: Stub;
  readonly baseUrl: string;
  readonly posts: SlackPost[];
  /** Scopes of the token. */
  scopes: string[];
  /** Ids of the channels that it is in, by their names. */
  readonly channels: Map<string, string>;
  /** Threads that nobody may reply to. */
  readonly locked: Set<string>;
}

export const slackToken = "xoxb-invented-0001";
export const slackChannel = "C0INVENTED1";

/** As much of Slack as posting and looking up needs, with its scopes, threads and limits. */
export async function startSlackStub(): Promise<SlackStub> {
  const posts: SlackPost[] = [];
  const locked = new Set<string>();
  const channels = new Map([["support", slackChannel]]);
  /** Of what is given as id or #name. */
  const channelOf = (form: URLSearchParams) => {
    const given = form.get("channel") ?? "";
    const found = [...channels].find(([name, id]) => given === id || given === `#${name}`);
    return found && { id: found[1], name: found[0] };
  };
  const state = { scopes: ["chat:write", "channels:history", "channels:read"] };
  const ok = (body: object): StubAnswer => ({
    status: 200,
    headers: { "content-type": "application/json", "x-oauth-scopes": state.scopes.join(",") },
    body: JSON.stringify(body),
  });
  const refuse = (error: string, more = {}) => ok({ ok: false, error, ...more });
  let clock = Date.UTC(2026, 10, 20, 12) / 1000;
  const methods: Record<string, (form: URLSearchParams) => StubAnswer> = {
    "auth.test": () => ok({ ok: true, user: "waypost", team: "Invented" }),
    "conversations.list": () =>
      state.scopes.includes("channels:read")
        ? ok({ ok: true, channels: [...channels].map(([name, id]) => ({ id, name })) })
        : refuse("missing_scope", { needed: "channels:read" }),
    "conversations.info": (form) => {
      const channel = channelOf(form);
      return channel?.id === form.get("channel")
        ? ok({ ok: true, channel: { ...channel, is_member: true } })
        : refuse("channel_not_found");
    },
    "conversations.history": (form) => {
      if (!state.scopes.includes("channels:history")) {
        return refuse("missing_scope", { needed: "channels:history" });
      }
      return paged(form, ofChannel(form).filter(isInChannel).toReversed());
    },
    "conversations.replies": (form) => {
      if (!state.scopes.includes("channels:history")) return refuse("missing_scope");
      const ts = form.get("ts");
      return paged(
        form,
        ofChannel(form).filter((post) => post.ts === ts || post.thread_ts === ts),
      );
    },
    "chat.postMessage": (form) => {
      const channel = channelOf(form);
      if (channel === undefined) return refuse("channel_not_found");
      const thread = form.get("thread_ts");
      if (thread !== null && locked.has(thread)) return refuse("restricted_action_thread_locked");
      const problem = limits(form);
      if (problem) return refuse(problem);
      clock += 1;
      const post: SlackPost = {
        channel: channel.id,
        ts: `${clock}.000100`,
        ...(thread !== null && { thread_ts: thread }),
        ...(form.get("reply_broadcast") === "true" && { reply_broadcast: true }),
        text: form.get("text") ?? "",
        blocks: JSON.parse(form.get("blocks") ?? "[]"),
        metadata: JSON.parse(form.get("metadata") ?? "{}"),
      };
      posts.push(post);
      return ok({ ok: true, channel: post.channel, ts: post.ts, message: post });
    },
  };
  const ofChannel = (form: URLSearchParams) =>
    posts.filter(({ channel }) => channel === form.get("channel"));
  const paged = (form: URLSearchParams, all: SlackPost[]): StubAnswer => {
    const from = Number(form.get("cursor") ?? "0");
    const limit = Math.min(Number(form.get("limit") ?? "100"), 7);
    const after = all.filter(({ ts }) => Number(ts) >= Number(form.get("oldest") ?? "0"));
    const next = from + limit < after.length ? String(from + limit) : "";
    const shown = form.get("include_all_metadata") === "true";
    const messages = after
      .slice(from, from + limit)
      .map(({ metadata, ...post }) => (shown ? { ...post, metadata } : post));
    return ok({ ok: true, messages, response_metadata: { next_cursor: next } });
  };
  const stub = await startStub(
    (request) => {
      if (request.headers.authorization !== `Bearer ${slackToken}`) return refuse("invalid_auth");
      const method = methods[methodOf(request)];
      return method ? method(new URLSearchParams(request.body)) : refuse("unknown_method");
    },
    (request) => methodOf(request) === "chat.postMessage",
  );
  return {
    stub,
    baseUrl: `${stub.url}/api/`,
    posts,
    channels,
    locked,
    get scopes() {
      return state.scopes;
    },
    set scopes(scopes) {
      state.scopes = scopes;
    },
  };
}

export function methodOf({ path }: StubRequest): string {
  return path.replace(/^\/api\//, "");
}

function isInChannel({ thread_ts, ts, reply_broadcast }: SlackPost): boolean {
  return thread_ts === undefined || thread_ts === ts || reply_broadcast === true;
}

/** Slack's own limits, in its own words. */
function limits(form: URLSearchParams): string | undefined {
  const blocks = JSON.parse(form.get("blocks") ?? "[]") as {
    type: string;
    text?: { text: string };
    elements?: { text: string }[];
  }[];
  if ((form.get("text") ?? "") === "") return "no_text";
  if (blocks.length > 50) return "invalid_blocks";
  const texts = blocks.flatMap(({ text, elements = [] }) => [text, ...elements]);
  if (texts.some((text) => text && (text.text.length < 1 || text.text.length > 3000))) {
    return "invalid_blocks";
  }
  if (blocks.some(({ type, text }) => type === "header" && (text?.text.length ?? 0) > 150)) {
    return "invalid_blocks";
  }
  const sum = texts.reduce((total, text) => total + (text?.text.length ?? 0), 0);
  return sum > 13_000 ? "msg_blocks_too_long" : undefined;
}
