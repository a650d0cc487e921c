export interface ServerSentEvent {
  readonly id?: string;
  readonly data: string;
}

/** The frames of a `text/event-stream`; comments and frames without data are left out. Ends with the stream. */
export async function* serverSentEvents(
  chunks: ReadableStream<Uint8Array>,
  onChunk: () => void,
): AsyncGenerator<ServerSentEvent> {
  const reader = chunks.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onChunk();
      const frames = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = frames.pop() ?? "";
      yield* frames.map(parseFrame).filter((event) => event !== undefined);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
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
