import type { ConsumeMessage } from "amqplib";

/** What has arrived and waits for its turn, in order. Its size is bounded by the prefetch, and by bytes where they are given. */
export interface Inbox {
  /** Keeps nothing more once it is full: the broker gives it again on the next channel. */
  put(message: ConsumeMessage): void;
  /** The consumer was cancelled: its queue is gone. */
  end(): void;
  /** What has arrived, up to a batch, as soon as there is something; nothing when it is over, or was full and is empty. */
  take(): Promise<ConsumeMessage[]>;
  /** The batch is acked, and no longer counts. */
  release(batch: readonly ConsumeMessage[]): void;
}

/** A quarantined POST may have 4 MB. */
const maxBatchBytes = 8 * 1024 * 1024;

/** One message is taken whatever its size. */
export function createInbox(over: AbortSignal, maxBatch: number, maxBytes = Infinity): Inbox {
  const messages: ConsumeMessage[] = [];
  const held = { count: 0, bytes: 0 };
  let full = false;
  let ended = over.aborted;
  let wake = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  over.addEventListener("abort", end, { once: true });
  return {
    put: (message) => {
      const { length } = message.content;
      full ||= held.count > 0 && held.bytes + length > maxBytes;
      if (!full) {
        messages.push(message);
        held.count += 1;
        held.bytes += length;
      }
      wake();
    },
    end,
    release: (batch) => {
      held.count -= batch.length;
      for (const { content } of batch) held.bytes -= content.length;
    },
    take: async () => {
      if (messages.length === 0 && !ended && !full) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return ended ? [] : messages.splice(0, batchLength(messages, maxBatch));
    },
  };
}

/** At least one. */
function batchLength(messages: readonly ConsumeMessage[], max: number): number {
  let bytes = 0;
  let length = 0;
  for (const { content } of messages) {
    bytes += content.length;
    if (length === max || (length > 0 && bytes > maxBatchBytes)) break;
    length += 1;
  }
  return length;
}
