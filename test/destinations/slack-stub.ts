import { type SlackPost, slackPostProblem } from "./slack-limits.ts";
import { createSlackFiles, type SlackFile } from "./slack-uploads.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "./stub.ts";

export interface SlackStub {
  readonly stub: Stub;
  readonly baseUrl: string;
  /** What people see in the channel and its threads, but for messages that only bring files. */
  readonly posts: SlackPost[];
  /** Files as they were shown, each time that they were. */
  readonly shared: SharedFile[];
  /** Scopes of the token. */
  scopes: string[];
  /** Ids of the channels that it is in, by their names. */
  readonly channels: Map<string, string>;
  /** Threads that nobody may reply to. */
  readonly locked: Set<string>;
  /** Uploads are refused with this; `refuseShare`: when they are to be shown. */
  readonly uploads: { refuse?: string; refuseShare?: string };
  /** A person deletes a message that nobody has replied to: its thread is gone with it. */
  deleteMessage(ts: string): void;
}
interface SharedFile extends Pick<SlackFile, "id" | "name" | "body"> {
  readonly channel: string;
  readonly thread: string | undefined;
}

export const slackToken = "xoxb-invented-0001";
export const slackChannel = "C0INVENTED1";

/** As much of Slack as posting, uploading and looking up needs, with its scopes, threads and limits. `acts`: what faults may hit. */
export async function startSlackStub(
  acts: (request: StubRequest) => boolean = (request) => methodOf(request) === "chat.postMessage",
): Promise<SlackStub> {
  const posts: SlackPost[] = [];
  /** Those and the messages that bring files. */
  const messages: SlackPost[] = [];
  const locked = new Set<string>();
  const channels = new Map([["support", slackChannel]]);
  /** Of what is given as id or #name. */
  const channelOf = (form: URLSearchParams, key = "channel") => {
    const given = form.get(key) ?? "";
    const found = [...channels].find(([name, id]) => given === id || given === `#${name}`);
    return found && { id: found[1], name: found[0] };
  };
  const state = {
    scopes: ["chat:write", "files:write", "channels:history", "channels:read"],
    uploads: {} as SlackStub["uploads"],
  };
  const shared: SharedFile[] = [];
  let clock = Date.UTC(2026, 10, 20, 12) / 1000;
  const nextTs = () => {
    clock += 1;
    return `${clock}.000100`;
  };
  const ok = (body: object): StubAnswer => ({
    status: 200,
    headers: { "content-type": "application/json", "x-oauth-scopes": state.scopes.join(",") },
    body: JSON.stringify(body),
  });
  const refuse = (error: string, more = {}) => ok({ ok: false, error, ...more });
  const needing = (scope: string, answer: () => StubAnswer) =>
    state.scopes.includes(scope) ? answer() : refuse("missing_scope", { needed: scope });
  const files = createSlackFiles();
  const paged = (form: URLSearchParams, all: SlackPost[]): StubAnswer => {
    const from = Number(form.get("cursor") ?? "0");
    const limit = Math.min(Number(form.get("limit") ?? "100"), 7);
    const after = all.filter(({ ts }) => Number(ts) >= Number(form.get("oldest") ?? "0"));
    const next = from + limit < after.length ? String(from + limit) : "";
    const shown = form.get("include_all_metadata") === "true";
    const page = after
      .slice(from, from + limit)
      .map(({ metadata, ...post }) => (shown ? { ...post, metadata } : post));
    return ok({ ok: true, messages: page, response_metadata: { next_cursor: next } });
  };
  const isThread = (channel: string, ts: string) =>
    messages.some((post) => post.channel === channel && post.ts === ts && !post.thread_ts);
  const methods: Record<string, (form: URLSearchParams) => StubAnswer> = {
    "auth.test": () => ok({ ok: true, user: "waypost", team: "Invented" }),
    "conversations.list": () =>
      needing("channels:read", () => {
        const all = [...channels].map(([name, id]) => ({ id, name }));
        return ok({ ok: true, channels: all });
      }),
    "conversations.info": (form) => {
      const channel = channelOf(form);
      return channel?.id === form.get("channel")
        ? ok({ ok: true, channel: { ...channel, is_member: true } })
        : refuse("channel_not_found");
    },
    "conversations.history": (form) =>
      needing("channels:history", () => {
        const here = messages.filter(({ channel }) => channel === form.get("channel"));
        return paged(form, here.filter(isInChannel).toReversed());
      }),
    "conversations.replies": (form) =>
      needing("channels:history", () => {
        const ts = form.get("ts");
        if (!isThread(form.get("channel") ?? "", ts ?? "")) return refuse("thread_not_found");
        const here = messages.filter(({ channel }) => channel === form.get("channel"));
        return paged(
          form,
          here.filter((post) => post.ts === ts || post.thread_ts === ts),
        );
      }),
    "chat.postMessage": (form) => {
      const channel = channelOf(form)?.id;
      if (channel === undefined) return refuse("channel_not_found");
      const thread = form.get("thread_ts");
      if (thread !== null && locked.has(thread)) return refuse("restricted_action_thread_locked");
      if (thread !== null && !isThread(channel, thread)) return refuse("thread_not_found");
      const problem = slackPostProblem(form);
      if (problem) return refuse(problem);
      const post: SlackPost = {
        ...{ channel, ts: nextTs(), text: form.get("text") ?? "" },
        ...(thread !== null && { thread_ts: thread }),
        ...(form.get("reply_broadcast") === "true" && { reply_broadcast: true }),
        blocks: JSON.parse(form.get("blocks") ?? "[]"),
        metadata: JSON.parse(form.get("metadata") ?? "{}"),
      };
      posts.push(post);
      messages.push(post);
      return ok({ ok: true, channel, ts: post.ts, message: post });
    },
    "files.getUploadURLExternal": (form) =>
      needing("files:write", () => {
        const { refuse: no } = state.uploads;
        const asked = no ?? files.begin(form.get("filename"), Number(form.get("length")));
        if (typeof asked === "string") return refuse(asked);
        return ok({ ok: true, upload_url: `${stub.url}${asked.path}`, file_id: asked.id });
      }),
    "files.completeUploadExternal": (form) =>
      needing("files:write", () => {
        const channel = form.get("channel_id") ?? "";
        if (channelOf(form, "channel_id")?.id !== channel) return refuse("invalid_channel");
        const thread = form.get("thread_ts") ?? undefined;
        if (thread !== undefined && !isThread(channel, thread)) return refuse("invalid_arguments");
        const done =
          state.uploads.refuseShare ?? files.complete(JSON.parse(form.get("files") ?? "[]"));
        if (typeof done === "string") return refuse(done);
        const about = { channel, ...(thread !== undefined && { thread_ts: thread }) };
        const bare = { text: "", blocks: [], metadata: { event_type: "", event_payload: {} } };
        messages.push({ ...about, ...bare, ts: nextTs(), files: done.map(({ id }) => ({ id })) });
        shared.push(...done.map(({ id, name, body }) => ({ id, name, body, channel, thread })));
        return ok({ ok: true, files: done.map(({ id, name }) => ({ id, title: name })) });
      }),
  };
  const stub = await startStub((request) => {
    if (request.path.startsWith("/upload/")) return files.receive(request);
    if (request.headers.authorization !== `Bearer ${slackToken}`) return refuse("invalid_auth");
    const method = methods[methodOf(request)];
    return method ? method(new URLSearchParams(request.body)) : refuse("unknown_method");
  }, acts);
  return {
    ...{
      stub,
      baseUrl: `${stub.url}/api/`,
      posts,
      channels,
      locked,
      shared,
      uploads: state.uploads,
    },
    deleteMessage(ts) {
      for (const all of [posts, messages]) {
        const at = all.findIndex((post) => post.ts === ts);
        if (at !== -1) all.splice(at, 1);
      }
    },
    get scopes() {
      return state.scopes;
    },
    set scopes(scopes) {
      state.scopes = scopes;
    },
  };
}

/** Events that took effect, one for each time that a post tells it. */
export function eventsTold({ posts }: Pick<SlackStub, "posts">): string[] {
  return posts.flatMap(({ metadata }) => {
    const { event_id = "", event_ids } = metadata.event_payload;
    return event_ids === undefined ? [event_id] : (JSON.parse(event_ids) as string[]);
  });
}

export function methodOf({ path }: StubRequest): string {
  return path.replace(/^\/api\//, "");
}

function isInChannel({ thread_ts, ts, reply_broadcast }: SlackPost): boolean {
  return thread_ts === undefined || thread_ts === ts || reply_broadcast === true;
}
