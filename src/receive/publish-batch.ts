import type { Bus, EncodedEvent } from "../contracts.ts";
import { describeError } from "../support/describe-error.ts";

/** With so much it waits for no more POSTs. */
const full = { events: 250, bytes: 262_144 };

/** The POSTs of one turn of the event loop, as one publish: each alone would cost as much as all of them. */
export interface PublishBatch {
  /** False when it is closed to more. */
  add(post: readonly EncodedEvent[]): boolean;
  /** Gives the bus up: its POSTs go to the spool. */
  spill(): void;
  /** Resolves when all of it is durable; rejects when the spool does not take it either. */
  readonly settled: Promise<void>;
}

export interface PublishBatchOptions {
  readonly bus: Pick<Bus, "publish">;
  /** From its first POST on. */
  readonly deadlineMs: number;
  /** Puts POSTs into the spool. */
  readonly append: (posts: readonly (readonly EncodedEvent[])[]) => Promise<void>;
  /** The bus refused it, or was not in time. The caller must then spill it. */
  readonly onFailure: (reason: string) => void;
  /** The bus has it, or the spool is to have it. */
  readonly onEnd: (batch: PublishBatch) => void;
}

/**
 * Publishes when this turn of the event loop ends, or when it is full.
 *
 * | phase      | what happens                            | then       | and                                                  |
 * | ---------- | --------------------------------------- | ---------- | ---------------------------------------------------- |
 * | open       | a POST comes                            | open       | it is added                                          |
 * | open       | it is full, or the turn ends            | publishing | all of it is one publish                             |
 * | open       | it is spilled                           | ended      | its POSTs are appended, nothing is published         |
 * | publishing | a POST comes                            | publishing | it is not taken: another batch has it                |
 * | publishing | it is confirmed                         | ended      | its POSTs are durable                                |
 * | publishing | it is refused                           | publishing | `onFailure`, which spills it                         |
 * | publishing | it is spilled                           | ended      | the publish is given up, its POSTs are appended      |
 * | any        | `deadlineMs` after its first POST       | same       | `onFailure`, which spills it; once ended: nothing    |
 * | ended      | it is confirmed or refused after all    | ended      | nothing: what is there twice has one id              |
 */
export function createPublishBatch(options: PublishBatchOptions): PublishBatch {
  const { bus, deadlineMs, append, onFailure, onEnd } = options;
  const posts: (readonly EncodedEvent[])[] = [];
  const abort = new AbortController();
  let events = 0;
  let bytes = 0;
  let phase: "open" | "publishing" | "ended" = "open";
  let settle: (durable?: Promise<void>) => void = () => undefined;
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const timer = setTimeout(() => onFailure("no confirm in time"), deadlineMs);
  const end = (durable?: Promise<void>) => {
    phase = "ended";
    clearTimeout(timer);
    onEnd(batch);
    settle(durable);
  };
  const publish = () => {
    if (phase !== "open") return;
    phase = "publishing";
    bus.publish(posts.flat(), abort.signal).then(
      () => phase === "publishing" && end(),
      (error: unknown) => phase === "publishing" && onFailure(describeError(error)),
    );
  };
  const batch: PublishBatch = {
    settled,
    add(post) {
      if (phase !== "open") return false;
      posts.push(post);
      events += post.length;
      for (const event of post) bytes += event.bytes.length;
      if (events >= full.events || bytes >= full.bytes) publish();
      return true;
    },
    spill() {
      end(append(posts));
      abort.abort();
    },
  };
  setImmediate(publish);
  return batch;
}
