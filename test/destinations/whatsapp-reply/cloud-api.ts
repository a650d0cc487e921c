/**
 * Stands in for the Cloud API: takes messages by Meta's documented rules, counts them by what they were sent with, loses answers, speaks
 * error codes, and sends statuses and what contacts answer back as signed webhooks.
 */
import { setMaxListeners } from "node:events";
import { type Fault, type StubAnswer, type StubRequest, startStub } from "../stub.ts";
import { type CloudError, type CloudTemplate, no, object, refusalOf } from "./cloud-rules.ts";
import { type Callback, messageValue, statusValue, tell } from "./cloud-webhooks.ts";

export interface CloudMessage {
  readonly wamid: string;
  readonly phoneNumberId: string;
  readonly to: { readonly phone?: string; readonly userId?: string };
  /** Of its text, the text above its buttons, or its caption. */
  readonly text: string | undefined;
  readonly callback: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CloudApiOptions {
  readonly token?: string;
  /** Ids of phone numbers that there are; any unless told. */
  readonly numbers?: readonly string[];
  readonly templates?: readonly CloudTemplate[];
  /** Whether the contact's window is open: always unless told. A closed one is told by the answer, as a code. */
  readonly windowOpen?: (to: CloudMessage["to"]) => boolean;
  /** Where webhooks go; absent: no status is ever told. */
  readonly callback?: Callback;
  /** Told of each message that was taken; `sent` and `delivered` unless told. */
  readonly statuses?: readonly ("sent" | "delivered" | "read")[];
  /** Of whom no status is ever told. */
  readonly isQuiet?: (to: CloudMessage["to"]) => boolean;
  /** What the contact writes when they get it; undefined: nothing. */
  readonly answers?: (message: CloudMessage) => string | undefined;
  readonly now?: () => number;
}

export interface CloudApi {
  readonly url: string;
  readonly token: string;
  /** What was taken, in order. */
  readonly messages: readonly CloudMessage[];
  /** Ids of messages that were marked as read. */
  readonly read: readonly string[];
  readonly requests: readonly StubRequest[];
  /** How often a message went out for each callback data. */
  effects(): ReadonlyMap<string, number>;
  /** For the next messages, in order: a transport's fault, or a code of Meta's instead of the effect. */
  fail(...faults: readonly (Fault | { readonly code: number; readonly status?: number })[]): void;
  /** The contact writes, as a signed webhook. */
  write(from: CloudMessage["to"], text: string, phoneNumberId?: string): Promise<string>;
  /** Statuses are told from now on, also of what was taken before. */
  tellStatuses(callback: Callback): void;
  disturbed(): Promise<void>;
  /** Everything that was to be told has been answered 200. */
  told(): Promise<void>;
  close(): Promise<void>;
}

const defaultToken = "an-invented-meta-token";
const usualNumber = "700700700700700";
/** One to a person in 6 s on average, 45 at once. */
const pair = { burst: 45, everyMs: 6_000 };

export async function startCloudApi(options: CloudApiOptions = {}): Promise<CloudApi> {
  const { token = defaultToken, templates = [], now = Date.now } = options;
  const messages: CloudMessage[] = [];
  const read: string[] = [];
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const telling = new Set<Promise<void>>();
  const buckets = new Map<string, { left: number; at: number }>();
  let { callback } = options;
  let count = 0;
  const nextId = (what: string) => {
    count += 1;
    return `wamid.${what}${String(count).padStart(6, "0")}`;
  };
  const post = (phoneNumberId: string, value: object) => {
    if (callback === undefined) return;
    const done = tell(callback, phoneNumberId, value, over.signal);
    telling.add(done);
    void done.finally(() => telling.delete(done));
  };
  const tellOf = (message: CloudMessage) => {
    const { phoneNumberId, wamid, to: recipient, callback: sentWith } = message;
    if (options.isQuiet?.(recipient)) return;
    for (const status of options.statuses ?? (["sent", "delivered"] as const)) {
      const told = { phoneNumberId, wamid, status, recipient };
      post(
        phoneNumberId,
        statusValue({ ...told, ...(sentWith !== undefined && { callback: sentWith }) }),
      );
    }
  };
  const isTooFast = (phoneNumberId: string, to: string) => {
    const key = `${phoneNumberId} ${to}`;
    const { left, at } = buckets.get(key) ?? { left: pair.burst, at: now() };
    const filled = Math.min(pair.burst, left + (now() - at) / pair.everyMs);
    buckets.set(key, { left: Math.max(0, filled - 1), at: now() });
    return filled < 1;
  };
  const take = (phoneNumberId: string, body: Readonly<Record<string, unknown>>): StubAnswer => {
    if (body["status"] === "read") {
      read.push(String(body["message_id"]));
      return json(200, { success: true });
    }
    const refusal = refusalOf(body, templates);
    if (refusal !== undefined) return failed(refusal);
    const { to: phone, recipient: userId } = body as { to?: string; recipient?: string };
    const to = phone === undefined ? { userId: userId ?? "" } : { phone };
    const isTemplate = body["type"] === "template";
    if (!isTemplate && options.windowOpen?.(to) === false) {
      return failed(no(131047, "More than 24 hours have passed since they wrote"));
    }
    if (isTooFast(phoneNumberId, phone ?? userId ?? ""))
      return failed(no(131056, "pair rate limit"));
    const sentWith = body["biz_opaque_callback_data"];
    const message: CloudMessage = {
      ...{ wamid: nextId("OUT"), phoneNumberId, to, body, text: textIn(body) },
      callback: typeof sentWith === "string" ? sentWith : undefined,
    };
    messages.push(message);
    tellOf(message);
    const answer = options.answers?.(message);
    if (answer !== undefined) {
      post(
        phoneNumberId,
        messageValue({ phoneNumberId, wamid: nextId("IN"), from: to, text: answer }),
      );
    }
    const input = phone ?? userId;
    return json(200, {
      messaging_product: "whatsapp",
      contacts: [{ input, ...(phone === undefined ? { user_id: userId } : { wa_id: phone }) }],
      messages: [{ id: message.wamid, ...(isTemplate && { message_status: "accepted" }) }],
    });
  };
  const stub = await startStub((request) => serve(request, { token, options, take }), isSending);
  return {
    ...{ url: stub.url, token, messages, read, requests: stub.requests },
    disturbed: stub.disturbed,
    effects() {
      const by = new Map<string, number>();
      for (const { callback: sentWith = "" } of messages)
        by.set(sentWith, (by.get(sentWith) ?? 0) + 1);
      return by;
    },
    fail(...faults) {
      stub.fail(
        ...faults.map((fault) =>
          typeof fault === "object" && "code" in fault
            ? failed({ ...no(fault.code, "as the test wants"), ...fault })
            : fault,
        ),
      );
    },
    async write(from, text, phoneNumberId = usualNumber) {
      const wamid = nextId("IN");
      if (callback === undefined) throw new Error("nobody is told");
      await tell(
        callback,
        phoneNumberId,
        messageValue({ phoneNumberId, wamid, from, text }),
        over.signal,
      );
      return wamid;
    },
    tellStatuses(to) {
      callback = to;
      for (const message of messages) tellOf(message);
    },
    async told() {
      while (telling.size > 0) await Promise.all(telling);
    },
    async close() {
      over.abort();
      await Promise.all(telling);
      await stub.close();
    },
  };
}

/** Faults hit what is sent alone. */
function isSending({ method, body }: StubRequest): boolean {
  return method === "POST" && !body.includes('"status":"read"');
}

function serve(
  { method, path, headers, body }: StubRequest,
  {
    token,
    options: { numbers },
    take,
  }: {
    readonly token: string;
    readonly options: CloudApiOptions;
    readonly take: (phoneNumberId: string, body: Readonly<Record<string, unknown>>) => StubAnswer;
  },
): StubAnswer {
  if (headers.authorization !== `Bearer ${token}`) {
    return failed({ status: 401, code: 190, details: "Invalid OAuth access token" });
  }
  const [, id = "", rest = ""] = /^\/v\d+\.\d+\/([^/?]+)(\/messages)?/.exec(path) ?? [];
  if (method === "GET" && id === "me") return json(200, { id: "1" });
  if (numbers !== undefined && !numbers.includes(id)) {
    return failed({ status: 400, code: 100, details: "Object does not exist" });
  }
  if (method === "GET") {
    return json(200, { id, verified_name: "Acme", quality_rating: "GREEN", status: "CONNECTED" });
  }
  if (method !== "POST" || rest !== "/messages") return failed(no(100, "no such call"));
  try {
    return take(id, object(JSON.parse(body)));
  } catch {
    return failed(no(100, "no JSON"));
  }
}

function textIn(body: Readonly<Record<string, unknown>>): string | undefined {
  const { type = "text" } = body;
  const own = object(body[String(type)]);
  const text = own["body"] ?? own["caption"];
  const told = type === "interactive" ? object(text)["text"] : text;
  return typeof told === "string" ? told : undefined;
}

function failed({ status, code, details }: CloudError): StubAnswer {
  return json(status, {
    error: {
      ...{ message: `(#${code}) ${details}`, type: "OAuthException", code, fbtrace_id: "A1" },
      error_data: { messaging_product: "whatsapp", details },
    },
  });
}

function json(status: number, body: object): StubAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
