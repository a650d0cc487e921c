import { createHmac } from "node:crypto";
import { type Dispatcher, request } from "undici";
import { GraphError, toGraphError } from "./graph-error.ts";

/** Who asks Graph. */
export interface GraphAccess {
  /** With the version; no slash at the end. */
  readonly graphUrl: string;
  /** Of an app: `<id>|<secret>`. */
  readonly token: string;
  /** Of the app that the token was made for: some apps ask for a proof that the caller knows it. */
  readonly secret?: string;
  readonly signal: AbortSignal;
}

export type GraphFields = Readonly<Record<string, string>>;

const answerMs = 10_000;
const mostBytes = 1_048_576;
const pageSize = "100";
/** Of 100 each: nobody has more, and a list that never ends is a fault. */
const mostPages = 50;

/** Throws GraphError. */
export function graphGet(
  access: GraphAccess,
  path: string,
  query: GraphFields = {},
): Promise<Record<string, unknown>> {
  return ask(access, "GET", path, query);
}

/** Sends a form. Throws GraphError. */
export function graphPost(
  access: GraphAccess,
  path: string,
  form: GraphFields = {},
): Promise<Record<string, unknown>> {
  return ask(access, "POST", path, {}, new URLSearchParams(form).toString());
}

/** All pages of an edge. Throws GraphError. */
export async function graphList(
  access: GraphAccess,
  path: string,
  query: GraphFields = {},
): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let after: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { ...query, limit: pageSize, ...(after !== undefined && { after }) };
    const { data, paging } = await graphGet(access, path, asked);
    if (Array.isArray(data)) all.push(...data.filter(isRecord));
    // By the cursor: the address of the next page holds the token.
    const next = nextCursor(paging);
    if (next === undefined || next === after) return all;
    after = next;
  }
  return all;
}

function nextCursor(paging: unknown): string | undefined {
  if (!isRecord(paging) || paging["next"] === undefined) return undefined;
  const { cursors } = paging;
  const after = isRecord(cursors) ? cursors["after"] : undefined;
  return typeof after === "string" ? after : undefined;
}

async function ask(
  { graphUrl, token, secret, signal }: GraphAccess,
  method: "GET" | "POST",
  path: string,
  query: GraphFields,
  body?: string,
): Promise<Record<string, unknown>> {
  const url = new URL(`${graphUrl}/${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  if (secret !== undefined) url.searchParams.set("appsecret_proof", proofOf(token, secret));
  const headers = {
    authorization: `Bearer ${token}`,
    "user-agent": "waypost",
    ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
  };
  const ends = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  let status: number;
  let text: string;
  try {
    const response = await request(url, { method, headers, body: body ?? null, signal: ends });
    status = response.statusCode;
    text = await readText(response.body);
  } catch (error) {
    throw new GraphError("away", `Meta does not answer${codeIn(error)}`);
  }
  const json = parse(text);
  if (json === undefined)
    throw new GraphError("away", `Meta answered ${status}, but not as Graph does`);
  if (status === 200 && json["error"] === undefined) return json;
  const told = json["error"];
  throw toGraphError(status, isRecord(told) ? told : {});
}

function proofOf(token: string, secret: string): string {
  return createHmac("sha256", secret).update(token).digest("hex");
}

async function readText(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new Error("the answer has no end");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function codeIn(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z_]+$/.test(code) ? ` (${code})` : "";
}
