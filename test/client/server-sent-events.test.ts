import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serverSentEvents } from "../../src/client/server-sent-events.ts";

describe("an event stream", () => {
  it("is read the same however it is cut into chunks", async () => {
    const text =
      'retry: 2000\n\n: still here\n\nid: é1\nevent: event\ndata: {"a":"b: c 👋"}\n\nid: 2\ndata: x\n\nid: 3\nda';
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size += 1) {
      let chunks = 0;
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) {
            controller.enqueue(bytes.subarray(at, at + size));
          }
          controller.close();
        },
      });
      const events = [];
      const onChunk = () => {
        chunks += 1;
      };
      for await (const event of serverSentEvents(stream, onChunk)) events.push(event);
      assert.deepEqual(events, [
        { id: "é1", data: '{"a":"b: c 👋"}' },
        { id: "2", data: "x" },
      ]);
      assert.equal(chunks, Math.ceil(bytes.length / size));
    }
  });
});
