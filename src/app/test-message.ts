import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { Config } from "../config/config.ts";
import { reachable } from "../config/load-client.ts";
import type { EventQuery, TestMessage, TestRequest, WaypostEvent } from "../contracts.ts";
import { callbackOf } from "./connection.ts";
import type { Plan } from "./plan.ts";

interface Parts {
  readonly config: Pick<Config, "publicUrl" | "http" | "whatsapp">;
  readonly query: Pick<EventQuery, "events">;
  readonly plan: Pick<Plan, "routes" | "routing">;
  /** Of the receiver in this process. */
  readonly port: number | undefined;
}

const answerMs = 10_000;
const storedMs = 8_000;
const lookMs = 50;

/** Sends a signed message to the callback URL as Meta would, and sees it into the log. Never rejects for what it finds. */
export async function sendTestMessage(asked: TestRequest, parts: Parts): Promise<TestMessage> {
  const url = addressOf(asked, parts);
  const [secret] = parts.config.whatsapp.appSecrets;
  const test = asked.asTest;
  const nothing = { url: url ?? "", ms: 0, test };
  if (url === undefined) {
    const why = "Where the receiver is reached is not known to this process.";
    return { ...nothing, why, remedy: "Set PUBLIC_URL to how Meta reaches it." };
  }
  if (secret === undefined) {
    const why = "This process has no app secret to sign with.";
    return { ...nothing, why, remedy: "Set WHATSAPP_APP_SECRET for this role too." };
  }
  const id = `wamid.WAYPOST${randomUUID().replaceAll("-", "").toUpperCase()}`;
  const started = performance.now();
  const status = await post(url, bodyOf(asked, id, parts), secret);
  const ms = Math.round(performance.now() - started);
  if (typeof status === "string") return { url, ms, test, why: status, remedy: reach };
  if (status !== 200) return { url, status, ms, test, ...reasons(status) };
  const event = await stored(id, parts.query);
  if (event === undefined) {
    const why = `It was answered 200, and is not in the log after ${storedMs / 1_000} s.`;
    return {
      url,
      status,
      ms,
      test,
      why,
      remedy: "See `waypost status`: the spool, the bus or the store is behind.",
    };
  }
  const goesTo = parts.plan.routes.match(event).map(({ destination }) => destination);
  return { url, status, ms, test, event: event.id, goesTo: [...new Set(goesTo)] };
}

const reach =
  "See the address, its DNS, its certificate and the proxy; `to: local` leaves them out.";

function reasons(status: number): Pick<TestMessage, "why" | "remedy"> {
  const why = `The callback URL answered ${status}.`;
  if (status === 401) {
    return {
      why,
      remedy:
        "The receiver has another WHATSAPP_APP_SECRET, or something on the way changes bodies.",
    };
  }
  if (status === 503)
    return { why, remedy: "The receiver cannot make it durable: see `waypost status`." };
  return { why, remedy: `It does not lead to Waypost's receiver. ${reach}` };
}

function addressOf({ to }: TestRequest, { config, port }: Parts): string | undefined {
  const callback = callbackOf(config);
  const { host, tls } = config.http;
  const scheme = tls ? "https" : "http";
  const local = port && `${scheme}://${reachable(host)}:${port}/webhooks/whatsapp`;
  return (
    (to === "local" ? undefined : callback) ?? (to === "public" ? undefined : local || undefined)
  );
}

/** The ids of Meta's own samples mark a test. */
function bodyOf({ asTest, phoneNumberId }: TestRequest, id: string, { plan }: Parts): Buffer {
  const [account] = Object.values(plan.routing.accounts);
  const number = phoneNumberId ?? account?.phoneNumberId ?? "100000000000001";
  const waba = Object.values(plan.routing.accounts).find((each) => each.phoneNumberId === number);
  const contact = { profile: { name: "Waypost test" }, wa_id: "15555550199" };
  const text = { body: "A test message by Waypost: it came through." };
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const value = {
    messaging_product: "whatsapp",
    metadata: {
      display_phone_number: "15555550100",
      phone_number_id: asTest ? "123456123" : number,
    },
    contacts: [contact],
    messages: [{ from: contact.wa_id, id, timestamp, type: "text", text }],
  };
  const entry = {
    id: asTest ? "0" : (waba?.wabaId ?? "100000000000002"),
    changes: [{ field: "messages", value }],
  };
  return Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [entry] }));
}

/** The status, or in words why there is none. */
async function post(url: string, body: Buffer, secret: string): Promise<number | string> {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-hub-signature-256": `sha256=${signature}`,
  };
  try {
    const signal = AbortSignal.timeout(answerMs);
    const answer = await request(url, { method: "POST", headers, body, signal });
    await answer.body.dump();
    return answer.statusCode;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return `The callback URL does not answer${typeof code === "string" ? ` (${code})` : ""}.`;
  }
}

async function stored(messageId: string, query: Parts["query"]): Promise<WaypostEvent | undefined> {
  for (const end = Date.now() + storedMs; Date.now() < end; ) {
    const { items } = await query.events({ messageId }, { limit: 1 });
    if (items[0] !== undefined) return items[0];
    await sleep(lookMs);
  }
  return undefined;
}
