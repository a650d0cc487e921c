import { request } from "./call.ts";
import { asProblem } from "./problem.ts";

export interface Message {
  readonly id?: string;
  readonly data: string;
}

export type StreamState = "connecting" | "live" | "lost";

const againMs = 3_000;

/**
 * Server-sent events, over fetch so that the reveal header can go with it. Connects again until `signal` ends it, and then asks
 * for what it has missed.
 */
export async function follow(
  operation: string,
  { query, reveal, signal }: { query?: object; reveal?: string | undefined; signal: AbortSignal },
  on: { message(message: Message): void; state(state: StreamState): void },
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    on.state("connecting");
    try {
      const response = await request(operation, { query: query ?? {}, reveal, signal, last });
      on.state("live");
      for await (const message of messagesOf(response)) {
        last = message.id ?? last;
        on.message(message);
      }
    } catch (error) {
      if (signal.aborted || asProblem(error).status === 401) return;
    }
    on.state("lost");
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

async function* messagesOf({ body }: Response): AsyncGenerator<Message> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const parts = (rest + chunk.value).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const message = parse(part);
      if (message !== undefined) yield message;
    }
  }
}

function parse(part: string): Message | undefined {
  const lines = part.split("\n");
  const all = (field: string) =>
    lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).trimStart());
  const data = all("data:");
  const [id] = all("id:");
  if (data.length === 0) return undefined;
  return { ...(id !== undefined && { id }), data: data.join("\n") };
}
