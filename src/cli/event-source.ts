import {
  ask,
  CommandError,
  exitCodes,
  failure,
  jsonOf,
  type OpsQuery,
  type OpsTarget,
} from "./ops-client.ts";

export interface ServerSentEvent {
  readonly id?: string;
  readonly data: string;
}

/** The server sends at least a comment every 15 s; three of them missing means it is gone. */
const silenceMs = 45_000;
const delaysMs = [500, 1_000, 2_000, 5_000];

/**
 * The live tail, across lost connections, for ever. The first connection must succeed; after that only a
 * refused token ends it. `onLost` is told once per loss.
 */
export async function* followEvents(
  target: OpsTarget,
  query: OpsQuery,
  onLost: () => void,
): AsyncGenerator<ServerSentEvent> {
  let lastId: string | undefined;
  let connected = false;
  let failures = 0;
  const connect = async function* () {
    for await (const event of connectEvents(target, query, lastId)) {
      connected = true;
      failures = 0;
      if (event === "open") continue;
      lastId = event.id ?? lastId;
      yield event;
    }
  };
  for (;;) {
    try {
      yield* connect();
    } catch (error) {
      if (!connected || isFinal(error)) throw error;
    }
    if (failures === 0) onLost();
    await pause(delaysMs[Math.min(failures, delaysMs.length - 1)] ?? 0);
    failures += 1;
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof CommandError)) return false;
  return error.exitCode === exitCodes.unauthorized || error.exitCode === exitCodes.usage;
}

async function* connectEvents(
  target: OpsTarget,
  query: OpsQuery,
  lastId: string | undefined,
): AsyncGenerator<ServerSentEvent | "open"> {
  const headers = {
    accept: "text/event-stream",
    ...(lastId === undefined ? {} : { "last-event-id": lastId }),
  };
  const response = await ask(target, "/api/events/stream", query, { silenceMs, headers });
  if (response.statusCode !== 200) {
    throw failure(target, response.statusCode, await jsonOf(response));
  }
  yield "open";
  yield* parseEventStream(response);
}

/** The frames of a `text/event-stream`; comments and frames without data are left out. */
export async function* parseEventStream(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) {
      const event = parseFrame(frame);
      if (event !== undefined) yield event;
    }
  }
}

function parseFrame(frame: string): ServerSentEvent | undefined {
  const fields = new Map(
    frame.split("\n").map((line) => {
      const [name = "", ...value] = line.split(":");
      return [name, value.join(":").replace(/^ /, "")];
    }),
  );
  const [id, data] = [fields.get("id"), fields.get("data")];
  if (data === undefined) return undefined;
  return { ...(id === undefined ? {} : { id }), data };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
