import { type EncodedEvent, NotDurableError } from "../contracts.ts";
import { backoffMs, delay } from "../support/delay.ts";
import { describeError } from "../support/describe-error.ts";
import { createGate, createWakeUp } from "../support/wake-up-and-gate.ts";
import type { Durable, DurableHealth, DurableOptions } from "./durability.ts";
import { markSpooled } from "./mark-spooled.ts";
import { createPublishBatch, type PublishBatch } from "./publish-batch.ts";
import type { Spool } from "./spool.ts";

/** Events the pump publishes at once. */
const pumpWindow = 1_000;
/** What the pump has published without a confirm by then is published again. */
const pumpDeadlineMs = 30_000;
const mostBackoffMs = 2_000;
/** While the last window is on its way, new POSTs wait; but no longer. */
const holdMs = 75;
/** At close, what the pump is publishing has this long to be confirmed. */
const closeMs = 2_000;

/** A spool that failed counts as failing for so long. */
const failureMs = 5_000;

type Options = DurableOptions & { readonly spool: Spool };

/**
 * Confirm first, spool second, and sticky: once one POST had to spool, all later ones do, until the pump
 * has published everything before them. Else newer events would overtake older ones.
 *
 * | mode   | what happens                                              | then   | and                                         |
 * | ------ | --------------------------------------------------------- | ------ | ------------------------------------------- |
 * | (none) | it is made, and something lies in the spool               | spool  |                                             |
 * | (none) | it is made, and nothing lies there                        | direct |                                             |
 * | direct | a POST comes, the bus is ready                            | direct | it joins the newest batch, or begins one    |
 * | direct | a batch is confirmed                                      | direct | its POSTs are durable                       |
 * | direct | a POST comes, the bus is not ready                        | spool  | it and all in flight are appended, in order |
 * | direct | a batch is refused, or has no confirm after `deadlineMs`  | spool  | all in flight is appended, oldest first     |
 * | spool  | a POST comes                                              | spool  | it waits at a closed gate, and is appended  |
 * | spool  | an append fails                                           | spool  | the POST is refused                         |
 * | spool  | the pump's window is confirmed, something is left         | spool  | the window is dropped                       |
 * | spool  | it is not confirmed                                       | spool  | it is published again, a while later        |
 * | spool  | it is confirmed late                                      | spool  | dropped, and the gate stays open            |
 * | spool  | it is confirmed in time, nothing is left or on its way in | direct | dropped, and the gate opens                 |
 * | either | it closes                                                 | same   | POSTs are refused, the pump has 2 s         |
 */
export function createSpooledDurable(options: Options): Durable {
  return new SpooledDurable(options);
}

class SpooledDurable implements Durable {
  readonly #options: Options;
  /** Oldest first. */
  readonly #inFlight = new Set<PublishBatch>();
  #newest: PublishBatch | undefined;
  readonly #wakeUp = createWakeUp();
  readonly #closing = new AbortController();
  #mode: "direct" | "spool";
  /** POSTs on their way into the spool. */
  #appending = 0;
  /** Counts for a while: nobody would find out that the spool works again if nothing were sent. */
  #spoolFailure: { readonly reason: string; readonly at: number } | undefined;
  /** What the pump published last was confirmed, but later than a POST may wait. */
  #slow = false;
  /** Under steady load the spool would never be empty: new POSTs wait a moment for the last of it. */
  readonly #gate = createGate(holdMs, () => {
    // It took too long: not again before the bus has been quick once.
    this.#slow = true;
  });
  #pump: Promise<void> | undefined;
  #pumpPublish: AbortController | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#mode = options.spool.depth().posts > 0 ? "spool" : "direct";
  }

  async publish(post: readonly EncodedEvent[]): Promise<void> {
    if (post.length === 0) return;
    if (this.#gate.isClosed()) await this.#gate.opened();
    if (this.#closing.signal.aborted) throw new NotDurableError("shutting down");
    if (this.#mode === "direct") {
      const { ready, reason } = this.#options.bus.health();
      if (ready) return this.#publishDirect(post);
      this.#leaveDirect(reason ?? "the bus is not ready");
    }
    return this.#append(post);
  }

  health(): DurableHealth {
    const bus = this.#options.bus.health();
    const mode = this.#mode;
    const failure = this.#spoolFailure;
    const recent = failure !== undefined && performance.now() - failure.at < failureMs;
    if ((mode === "direct" && bus.ready) || !recent) return { ready: true, mode };
    const reason = `the spool does not take events: ${failure.reason}`;
    return { ready: false, mode, reason: bus.reason ? `${bus.reason}; ${reason}` : reason };
  }

  start(): void {
    this.#pump ??= this.#run();
    this.#wakeUp.wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#gate.open();
    this.#wakeUp.wake();
    const timer = setTimeout(() => this.#pumpPublish?.abort(), closeMs);
    await this.#pump;
    clearTimeout(timer);
  }

  #publishDirect(post: readonly EncodedEvent[]): Promise<void> {
    let batch = this.#newest;
    if (batch === undefined || !batch.add(post)) {
      batch = this.#openBatch();
      batch.add(post);
    }
    return batch.settled;
  }

  #openBatch(): PublishBatch {
    const { bus, deadlineMs } = this.#options;
    const opened = createPublishBatch({
      bus,
      deadlineMs,
      append: (posts) => this.#appendAll(posts),
      onFailure: (reason) => this.#leaveDirect(reason),
      onEnd: (batch) => this.#inFlight.delete(batch),
    });
    this.#inFlight.add(opened);
    this.#newest = opened;
    return opened;
  }

  /** All that is in flight goes to the spool with the one that failed: oldest first, before anything newer. */
  #leaveDirect(reason: string): void {
    if (this.#mode === "direct") {
      this.#mode = "spool";
      this.#slow = false;
      this.#options.log.warn("spooling", { reason });
    }
    for (const batch of [...this.#inFlight]) batch.spill();
    this.#wakeUp.wake();
  }

  async #appendAll(posts: readonly (readonly EncodedEvent[])[]): Promise<void> {
    await Promise.all(posts.map((post) => this.#append(post)));
  }

  async #append(post: readonly EncodedEvent[]): Promise<void> {
    const { spool, log, metrics } = this.#options;
    this.#appending += 1;
    try {
      await spool.append(post);
      this.#spoolFailure = undefined;
      metrics.spooled.inc();
    } catch (error) {
      if (this.#spoolFailure === undefined) log.error("the spool does not take events", { error });
      this.#spoolFailure = { reason: describeError(error), at: performance.now() };
      // A slow bus is better than none.
      this.#slow = false;
      throw new NotDurableError("neither the bus nor the spool took it", { cause: error });
    } finally {
      this.#appending -= 1;
      this.#wakeUp.wake();
    }
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#wakeUp.woken();
      await this.#drain();
    }
  }

  /** Returns when all is drained, or when only unfinished appends remain; each wakes the pump when it is done. */
  async #drain(): Promise<void> {
    const { bus, log } = this.#options;
    const { signal } = this.#closing;
    let failures = 0;
    while (this.#mode === "spool" && !signal.aborted) {
      try {
        const { ready, reason } = bus.health();
        if (!ready) throw new Error(reason ?? "the bus is not ready");
        if ((await this.#publishOldest()) === 0) return;
        failures = 0;
      } catch (error) {
        this.#gate.open();
        failures += 1;
        log.debug("the spool waits for the bus", { error, attempt: failures });
        await delay(backoffMs(failures, mostBackoffMs), { signal });
      }
    }
  }

  /** Publishes one window, and forgets it only when all of it is confirmed. Answers with its POSTs. */
  async #publishOldest(): Promise<number> {
    const { bus, spool, deadlineMs } = this.#options;
    if (!this.#slow && spool.depth().posts <= pumpWindow) this.#gate.close();
    const posts = await spool.read(0, pumpWindow);
    const last = posts.at(-1);
    if (last !== undefined) {
      const events = posts.flatMap((post) => post.events).map(markSpooled);
      const startedAt = performance.now();
      await this.#publishInTime(bus, events);
      this.#slow = performance.now() - startedAt > deadlineMs;
      await spool.dropThrough(last.seq);
      this.#spoolFailure = undefined;
    }
    // Decided in one synchronous step: a POST that comes now sees one mode or the other.
    if (!this.#slow && this.#appending === 0 && spool.depth().posts === 0) this.#enterDirect();
    return posts.length;
  }

  async #publishInTime(bus: Options["bus"], events: readonly EncodedEvent[]): Promise<void> {
    const publishing = new AbortController();
    const timer = setTimeout(() => publishing.abort(), pumpDeadlineMs);
    this.#pumpPublish = publishing;
    try {
      await bus.publish(events, publishing.signal);
    } finally {
      clearTimeout(timer);
      this.#pumpPublish = undefined;
    }
  }

  #enterDirect(): void {
    this.#mode = "direct";
    this.#options.log.info("the spool is drained, publishing directly again");
    this.#gate.open();
  }
}
