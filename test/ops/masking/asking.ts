import type { Harness } from "../harness.ts";
import type { Case, Names } from "./cases.ts";
import { planted } from "./planted-log.ts";

export interface Answer {
  readonly status: number;
  /** Headers and body as they came. */
  readonly text: string;
  readonly json: () => unknown;
}

const needles = planted.map((text) => text.toLowerCase());

/** What of the planted stands in a text, within JSON's quotes too. */
export function foundIn(text: string): string[] {
  const lower = text.toLowerCase();
  return needles.filter(
    (each) => lower.includes(each) || lower.includes(JSON.stringify(each).slice(1, -1)),
  );
}

/** The headers of who has a token with these scopes. */
export async function tokenOf(
  ops: Harness,
  scopes: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const answer = await ops.post("/api/tokens", { name: `only-${scopes.join("-")}`, scopes });
  const { secret } = (await answer.json()) as { secret: string };
  return { authorization: `Bearer ${secret}` };
}

export async function ask(
  ops: Harness,
  operation: string,
  { path, body, before }: Case,
  { names, headers }: { names: Names; headers: Readonly<Record<string, string>> },
): Promise<Answer> {
  await before?.(ops);
  const method = (operation.split(" ")[0] ?? "").toUpperCase();
  const gone = new AbortController();
  const response = await fetch(ops.url + path(names), {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body(names)) }),
    signal: gone.signal,
  });
  const isStream = response.headers.get("content-type") === "text/event-stream";
  const text = isStream ? await firstEvents(response, gone) : await response.text();
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  return { status: response.status, text: `${head}\n\n${text}`, json: () => JSON.parse(text) };
}

/** The three that the log holds. */
async function firstEvents(response: Response, gone: AbortController): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split("event: event\n").length > 3 && text.endsWith("\n\n")) break;
  }
  gone.abort();
  return text;
}
