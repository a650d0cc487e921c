import type { Response } from "express";
import type { WaypostEvent } from "../../contracts.ts";

const heartbeatMs = 15_000;
/** Bytes that may wait for a reader before it is dropped; one event more may come on top. */
const maxBuffered = 1_048_576;
/** How long a dropped reader has to take what is buffered, the reason last. */
const lastWordsMs = 5_000;

/** One open stream of server-sent events. */
export interface Sink {
  /** Resolves when either side has ended it. */
  readonly ended: Promise<void>;
  /** Sends the headers and begins the heartbeat. */
  start(): void;
  send(event: WaypostEvent): void;
  /** Resolves when the reader has taken enough for more. */
  sendAndWait(event: WaypostEvent): Promise<void>;
  comment(text: string): void;
  /** Says why, once, and closes. */
  end(why: string): void;
}

/**
 * One reader. What it does not take in time costs it the connection, not us the memory. `show` says what it may see of an
 * event, its id included.
 */
export function createSink(response: Response, show: (event: WaypostEvent) => unknown): Sink {
  let heartbeat: NodeJS.Timeout | undefined;
  let over = false;
  let finish = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = () => {
      over = true;
      clearInterval(heartbeat);
      resolve();
    };
  });
  if (response.destroyed) finish();
  response.once("close", () => finish());
  const end = (why: string) => {
    if (over) return;
    finish();
    if (!response.headersSent) return void response.destroy();
    response.end(`: ${why}\n\n`);
    setTimeout(() => response.destroy(), lastWordsMs).unref();
  };
  const write = (text: string) => {
    if (over) return;
    if (response.writableLength > maxBuffered) end("the reader is too slow");
    else response.write(text);
  };
  return {
    ended,
    start: () => {
      if (over) return;
      response.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
      response.write("retry: 2000\n\n");
      heartbeat = setInterval(() => write(": still here\n\n"), heartbeatMs);
    },
    send: (event) => write(frame(show(event))),
    sendAndWait: async (event) => {
      write(frame(show(event)));
      if (over || !response.writableNeedDrain) return;
      const drained = new Promise((resolve) => response.once("drain", resolve));
      await Promise.race([drained, ended]);
    },
    comment: (text) => write(`: ${text}\n\n`),
    end,
  };
}

function frame(event: unknown): string {
  const id = String((event as Pick<WaypostEvent, "id">).id);
  return `id: ${id.replace(/[\r\n\0]/g, "")}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
}
