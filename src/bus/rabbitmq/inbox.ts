import type { ConsumeMessage } from "amqplib";

/** What has arrived and waits for its turn, in order. Its size is bounded by the prefetch. */
export interface Inbox {
  put(message: ConsumeMessage): void;
  /** The consumer was cancelled: its queue is gone. */
  end(): void;
  /** What has arrived, up to a batch, as soon as there is something; nothing when it is over. */
  take(): Promise<ConsumeMessage[]>;
}

/** A quarantined POST may have 4 MB. */
const maxBatchBytes = 8 * 1024 * 1024;

export function createInbox(over: AbortSignal, maxBatch: number): Inbox {
  const messages: ConsumeMessage[] = [];
  let ended = over.aborted;
  let wake = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  over.addEventListener("abort", end, { once: true });
  return {
    put: (message) => {
      messages.push(message);
      wake();
    },
    end,
    take: async () => {
      if (messages.length === 0 && !ended) {
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
