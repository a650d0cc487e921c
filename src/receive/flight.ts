import type { Bus, EncodedEvent } from "../contracts.ts";
import { describeError } from "../support/log.ts";

/** With so much it waits for no more POSTs. */
const full = { events: 250, bytes: 262_144 };

/** The POSTs of one turn of the event loop, as one publish: each alone would cost as much as all of them. */
export interface Flight {
  /** False when it takes no more. */
  take(post: readonly EncodedEvent[]): boolean;
  /** Gives the bus up: what was taken goes to the spool. */
  divert(): void;
  /** Resolves when all of it is durable; rejects when the spool does not take it either. */
  readonly landed: Promise<void>;
}

export interface FlightOptions {
  readonly bus: Pick<Bus, "publish">;
  /** From its first POST on. */
  readonly deadlineMs: number;
  /** Puts POSTs into the spool. */
  readonly append: (posts: readonly (readonly EncodedEvent[])[]) => Promise<void>;
  /** The bus refused it, or was not in time. It is still to be diverted. */
  readonly onFailure: (reason: string) => void;
  /** The bus has it, or the spool is to have it. */
  readonly onEnd: (flight: Flight) => void;
}

/** Departs when this turn of the event loop ends, or when it is full. */
export function createFlight(options: FlightOptions): Flight {
  const { bus, deadlineMs, append, onFailure, onEnd } = options;
  const posts: (readonly EncodedEvent[])[] = [];
  const abort = new AbortController();
  let events = 0;
  let bytes = 0;
  let phase: "boarding" | "away" | "ended" = "boarding";
  let land: (end?: Promise<void>) => void = () => undefined;
  const landed = new Promise<void>((resolve) => {
    land = resolve;
  });
  const timer = setTimeout(() => onFailure("no confirm in time"), deadlineMs);
  const end = (durable?: Promise<void>) => {
    phase = "ended";
    clearTimeout(timer);
    onEnd(flight);
    land(durable);
  };
  const depart = () => {
    if (phase !== "boarding") return;
    phase = "away";
    bus.publish(posts.flat(), abort.signal).then(
      () => phase === "away" && end(),
      (error: unknown) => phase === "away" && onFailure(describeError(error)),
    );
  };
  const flight: Flight = {
    landed,
    take(post) {
      if (phase !== "boarding") return false;
      posts.push(post);
      events += post.length;
      for (const event of post) bytes += event.bytes.length;
      if (events >= full.events || bytes >= full.bytes) depart();
      return true;
    },
    divert() {
      end(append(posts));
      abort.abort();
    },
  };
  setImmediate(depart);
  return flight;
}
