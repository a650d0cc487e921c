import assert from "node:assert/strict";
import type { Scope } from "../../../src/contracts.ts";
import { type Harness, startOps } from "../harness.ts";

export const berlin = "700700700700700";
export const munich = "700700700700701";

export interface AccessHarness extends Harness {
  /** Makes a token; answers with its secret. */
  make(name: string, scopes: readonly Scope[], more?: object): Promise<string>;
  /** Any request; `as` is a token's secret. */
  ask(
    method: string,
    path: string,
    more?: { as?: string; cookie?: string; headers?: Record<string, string>; body?: unknown },
  ): Promise<Response>;
  /** Begins a session; answers with its cookie. */
  logIn(body: object): Promise<string>;
}

/** What the console's own page sends. */
export const fromConsole = { "x-waypost": "1", "sec-fetch-site": "same-origin" };

export async function startAccess(
  changes: Parameters<typeof startOps>[0] = {},
): Promise<AccessHarness> {
  const accounts = { berlin: { phoneNumberId: berlin }, munich: { phoneNumberId: munich } };
  const publish = async () => undefined;
  const ops = await startOps({ intake: { publish, accounts: () => accounts }, ...changes });
  // The first request waits for the contract to be compiled; on a crowded machine longer than a request may take to come in.
  const stats = () =>
    ops.get("/api/stats").then(
      ({ status }) => status,
      () => 0,
    );
  await eventually(stats, (status) => status === 200);
  const ask: AccessHarness["ask"] = (method, path, { as, cookie, headers, body } = {}) =>
    fetch(ops.url + path, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...ops,
    ask,
    async make(name, scopes, more = {}) {
      const made = await ops.post("/api/tokens", { name, scopes, ...more });
      assert.equal(made.status, 201, await made.clone().text());
      return ((await made.json()) as { secret: string }).secret;
    },
    async logIn(body) {
      const begun = await ask("POST", "/api/session", { body });
      assert.equal(begun.status, 200, await begun.clone().text());
      return begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    },
  };
}

export async function slugOf(response: Response): Promise<string> {
  const { type } = (await response.json()) as { type: string };
  return type.replace("urn:waypost:problem:", "");
}

/** Asks until it holds, for 30 s at most. */
export async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean) {
  for (const end = Date.now() + 30_000; ; ) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(Date.now() < end, `did not come to hold: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Tail {
  ids(): string[];
  /** All that was heard. */
  text(): string;
  until(holds: () => boolean): Promise<void>;
  /** Resolves when the other side has ended it. */
  readonly over: Promise<void>;
  close(): void;
}

export async function openTail(
  ops: Harness,
  headers: Record<string, string>,
  query = "",
): Promise<Tail> {
  const hangUp = new AbortController();
  const { signal } = hangUp;
  const response = await fetch(`${ops.url}/api/events/stream${query}`, { headers, signal });
  assert.equal(response.status, 200);
  let text = "";
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array);
  };
  return {
    text: () => text,
    ids: () => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? ""),
    until: async (holds) => void (await eventually(async () => holds(), Boolean)),
    over: read().catch(() => undefined),
    close: () => hangUp.abort(),
  };
}
