import type { IncomingMessage } from "node:http";
import type { GraphStub, StubToken, StubWaba } from "./graph-state.ts";

export class Refusal extends Error {
  readonly status: number;
  readonly error: object;
  constructor(status: number, error: object) {
    super("refused");
    this.status = status;
    this.error = error;
  }
}

const oauth = (code: number, message: string, status = 400, subcode?: number) =>
  new Refusal(status, {
    ...{ message, type: "OAuthException", code, fbtrace_id: "A1b2C3" },
    ...(subcode !== undefined && { error_subcode: subcode }),
  });
const noSuchObject = (id: string) =>
  oauth(100, `Unsupported get request. Object with ID '${id}' does not exist`, 400, 33);

/** The first version that knows a field, as far as Graph tells. */
const later = new Map([
  ["standby", 25],
  ["messaging_handovers", 25],
  ["business_username_updates", 25],
]);

export interface Call {
  readonly url: URL;
  readonly version: string;
  readonly rest: readonly string[];
  readonly form: URLSearchParams;
}

/** What Graph does with a call, by its state. Throws Refusal. */
export async function act(stub: GraphStub, request: IncomingMessage, call: Call): Promise<object> {
  const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  const [id = "", edge] = call.rest;
  if (id === "debug_token") return debug(stub, bearer, call.url.searchParams.get("input_token"));
  if (edge === "subscriptions") return subscriptions(stub, bearer, id, request.method, call);
  const token = stub.tokens.get(bearer);
  if (token === undefined || token.valid === false) {
    throw oauth(190, `Malformed access token ${bearer}`, 401);
  }
  const app = stub.apps.get(token.appId);
  if (app?.proof && call.url.searchParams.get("appsecret_proof") === null) {
    throw oauth(100, "API calls from the server require an appsecret_proof argument");
  }
  if (id === "me") return { id: "122000000000001" };
  return account(stub, token, request.method, call);
}

function debug(stub: GraphStub, bearer: string, asked: string | null): object {
  const token = stub.tokens.get(asked ?? "");
  if (token === undefined || bearer !== asked) throw oauth(190, `Invalid token ${asked}`, 401);
  const { appId, scopes, wabas, valid = true, expires = 0, all } = token;
  const granular = scopes.map((scope) => ({ scope, ...(!all && { target_ids: wabas }) }));
  const { name } = stub.apps.get(appId) ?? { name: "" };
  return {
    data: {
      ...{ app_id: appId, application: name, is_valid: valid, scopes, expires_at: expires },
      granular_scopes: granular,
    },
  };
}

async function subscriptions(
  stub: GraphStub,
  bearer: string,
  id: string,
  method: string | undefined,
  { form, version }: Call,
): Promise<object> {
  const app = stub.apps.get(id);
  if (app === undefined || bearer !== `${id}|${app.secret}`) {
    throw oauth(190, "Invalid OAuth access token signature.");
  }
  if (method === "GET") {
    const { subscription } = app;
    const page = { object: "page", callback_url: "https://else.example/", active: true };
    const own = subscription && { object: "whatsapp_business_account", ...subscription };
    return { data: [page, ...(own ? [own] : [])] };
  }
  if (form.get("object") !== "whatsapp_business_account") throw oauth(100, "Invalid parameter");
  const names = (form.get("fields") ?? "").split(",");
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  names.forEach((name, at) => {
    if ((later.get(name) ?? 0) <= major && !app.withheld?.includes(name)) return;
    throw oauth(100, `(#100) Param fields[${at}] must be one of {messages, calls, standby}`);
  });
  await verify(form.get("callback_url") ?? "", form.get("verify_token") ?? "");
  app.subscription = {
    callback_url: form.get("callback_url") ?? "",
    active: true,
    // What was subscribed and is not named goes: the strictest reading of the page.
    fields: names.map((name) => ({ name, version })),
  };
  return { success: true };
}

/** The handshake that Meta makes with an address before it takes it. */
async function verify(callback: string, token: string): Promise<void> {
  const url = new URL(callback);
  url.search = new URLSearchParams({
    "hub.mode": "subscribe",
    "hub.challenge": "1158201444",
    "hub.verify_token": token,
  }).toString();
  const failed = (why: string) =>
    oauth(2200, `(#2200) Callback verification failed with the following errors: ${why}`);
  const response = await fetch(url).catch(() => {
    throw failed("curl_errno = 7; curl_error = Failed to connect");
  });
  if (response.status !== 200) {
    throw failed(`HTTP Status Code = ${response.status}; HTTP Message = ${response.statusText}`);
  }
  if ((await response.text()) !== "1158201444") throw failed("Challenge did not match");
}

async function account(
  stub: GraphStub,
  token: StubToken,
  method: string | undefined,
  { rest, url, form }: Call,
): Promise<object> {
  const [id = "", edge] = rest;
  const owned = [...stub.wabas].filter(([waba]) => token.wabas.includes(waba));
  const [, holder] = owned.find(([, each]) => each.numbers.has(id)) ?? [];
  const number = holder?.numbers.get(id);
  if (number && method === "POST") {
    const { override_callback_uri: uri } = JSON.parse(form.get("webhook_configuration") ?? "{}");
    if (uri) await verify(uri, "");
    number.override = uri;
    return { success: true };
  }
  const waba = token.wabas.includes(id) ? stub.wabas.get(id) : undefined;
  if (waba === undefined) throw noSuchObject(id);
  if (!token.scopes.includes("whatsapp_business_management")) {
    throw oauth(200, "(#200) You do not have the necessary permissions", 403);
  }
  if (edge === undefined) return { id, name: waba.name };
  if (edge === "phone_numbers") return pageOf(numbersOf(stub, waba, token.appId), url);
  if (method === "POST") {
    waba.subscribed.set(token.appId, form.get("override_callback_uri") ?? "");
    return { success: true };
  }
  const apps = [...waba.subscribed].map(([app, override]) => ({
    whatsapp_business_api_data: { id: app, name: stub.apps.get(app)?.name, link: "https://…" },
    ...(override !== "" && { override_callback_uri: override }),
  }));
  return pageOf(apps, url);
}

function numbersOf(stub: GraphStub, waba: StubWaba, appId: string): object[] {
  const application = stub.apps.get(appId)?.subscription?.callback_url;
  const own = waba.subscribed.get(appId);
  return [...waba.numbers].map(([id, { display, name, override }]) => ({
    ...{ id, display_phone_number: display, verified_name: name },
    webhook_configuration: {
      ...(override && { phone_number: override }),
      ...(own && { whatsapp_business_account: own }),
      ...(application && { application }),
    },
  }));
}

/** Two a page, whatever is asked for, so that every list has several. */
function pageOf(items: readonly object[], { searchParams }: URL): object {
  const from = Number(searchParams.get("after") ?? 0);
  const data = items.slice(from, from + 2);
  const more = from + 2 < items.length;
  const next = `https://graph.facebook.com/next?access_token=a-token-in-an-address`;
  return { data, paging: { cursors: { after: String(from + 2) }, ...(more && { next }) } };
}
