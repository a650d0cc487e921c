import type { Options } from "amqplib";
import type { EncodedEvent } from "../../contracts.ts";

/** At most so much is sent and unconfirmed: what amqplib and a blocked or frozen broker hold back stays small. */
const maxMessages = 1000;
const maxBytes = 8 * 1024 * 1024;

export interface Diverted {
  readonly exchange: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** In place of those that events have; `persistent` and `mandatory` stay. */
  readonly properties?: Options.Publish;
}

/** One call of publish. */
export interface PublishCall {
  readonly events: readonly EncodedEvent[];
  readonly bytes: number;
  /** To somewhere else than the type's own exchange. */
  readonly diverted: Diverted | undefined;
  unconfirmed: number;
  failure: Error | undefined;
  /** Settles its promise, once; the call may stay in flight. */
  readonly settle: (error?: Error) => void;
}

/** What is in flight, and the line that waits for room. */
export interface Window {
  /** Sends it when there is room, first come first served. A call larger than the window enters an empty one. */
  enter(call: PublishCall): void;
  /** No longer waits; one in flight stays there. */
  giveUp(call: PublishCall): void;
  /** All of it is confirmed, nacked or lost. */
  leave(call: PublishCall): void;
  /** Those in flight stay there until they leave. */
  reject(error: Error, which: "waiting" | "all"): void;
  calls(): Iterable<PublishCall>;
  /** Resolves when nothing waits or is in flight. */
  idle(): Promise<void>;
}

/**
 * | call      | what happens                              | then      | and                                          |
 * | --------- | ----------------------------------------- | --------- | -------------------------------------------- |
 * | (new)     | `enter`                                   | waiting   | sent at once where it may                    |
 * | waiting   | it is the first, fits, and may be sent    | in flight | sent                                         |
 * | waiting   | `giveUp`                                  | gone      | those behind it are looked at                |
 * | waiting   | `reject` of what waits, or of all         | gone      | settled with the error                       |
 * | in flight | `giveUp`                                  | in flight | the caller has gone, its place is not free   |
 * | in flight | `reject` of all                           | in flight | settled with the error                       |
 * | in flight | `leave`: confirmed, nacked or lost        | gone      | its place is free, those that wait come next |
 */
export function createWindow(canSend: () => boolean, send: (call: PublishCall) => void): Window {
  const waiting = new Set<PublishCall>();
  const inFlight = new Set<PublishCall>();
  const idlers: (() => void)[] = [];
  let messages = 0;
  let bytes = 0;
  const fits = (call: PublishCall) =>
    inFlight.size === 0 ||
    (messages + call.events.length <= maxMessages && bytes + call.bytes <= maxBytes);
  const admit = () => {
    for (const call of waiting) {
      if (!canSend() || !fits(call)) return;
      waiting.delete(call);
      inFlight.add(call);
      messages += call.events.length;
      bytes += call.bytes;
      send(call);
    }
    if (inFlight.size === 0) for (const resolve of idlers.splice(0)) resolve();
  };
  return {
    enter: (call) => {
      waiting.add(call);
      admit();
    },
    giveUp: (call) => {
      if (waiting.delete(call)) admit();
    },
    leave: (call) => {
      inFlight.delete(call);
      messages -= call.events.length;
      bytes -= call.bytes;
      admit();
    },
    reject: (error, which) => {
      for (const call of waiting) call.settle(error);
      waiting.clear();
      if (which === "all") for (const call of inFlight) call.settle(error);
      admit();
    },
    calls: () => inFlight,
    idle: () =>
      waiting.size + inFlight.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => idlers.push(resolve)),
  };
}
