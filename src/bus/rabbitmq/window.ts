import type { EncodedEvent } from "../../contracts.ts";

/** At most so much is sent and unconfirmed: what amqplib and a blocked or frozen broker hold back stays small. */
const maxMessages = 1000;
const maxBytes = 8 * 1024 * 1024;

export interface Diverted {
  readonly exchange: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One call of publish. */
export interface Post {
  readonly events: readonly EncodedEvent[];
  readonly bytes: number;
  /** To somewhere else than the type's own exchange. */
  readonly diverted: Diverted | undefined;
  unconfirmed: number;
  failure: Error | undefined;
  /** Settles its promise, once; the post may stay in flight. */
  readonly settle: (error?: Error) => void;
}

/** What is in flight, and the line that waits for room. */
export interface Window {
  /** Sends it when there is room, first come first served. A post larger than the window enters an empty one. */
  enter(post: Post): void;
  /** No longer waits; one in flight stays there. */
  giveUp(post: Post): void;
  /** All of it is confirmed, nacked or lost. */
  leave(post: Post): void;
  /** Those in flight stay there until they leave. */
  reject(error: Error, which: "waiting" | "all"): void;
  posts(): Iterable<Post>;
  /** Resolves when nothing waits or is in flight. */
  idle(): Promise<void>;
}

export function createWindow(canSend: () => boolean, send: (post: Post) => void): Window {
  const waiting = new Set<Post>();
  const inFlight = new Set<Post>();
  const idlers: (() => void)[] = [];
  let messages = 0;
  let bytes = 0;
  const fits = (post: Post) =>
    inFlight.size === 0 ||
    (messages + post.events.length <= maxMessages && bytes + post.bytes <= maxBytes);
  const admit = () => {
    for (const post of waiting) {
      if (!canSend() || !fits(post)) return;
      waiting.delete(post);
      inFlight.add(post);
      messages += post.events.length;
      bytes += post.bytes;
      send(post);
    }
    if (inFlight.size === 0) for (const resolve of idlers.splice(0)) resolve();
  };
  return {
    enter: (post) => {
      waiting.add(post);
      admit();
    },
    giveUp: (post) => {
      if (waiting.delete(post)) admit();
    },
    leave: (post) => {
      inFlight.delete(post);
      messages -= post.events.length;
      bytes -= post.bytes;
      admit();
    },
    reject: (error, which) => {
      for (const post of waiting) post.settle(error);
      waiting.clear();
      if (which === "all") for (const post of inFlight) post.settle(error);
      admit();
    },
    posts: () => inFlight,
    idle: () =>
      waiting.size + inFlight.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => idlers.push(resolve)),
  };
}
