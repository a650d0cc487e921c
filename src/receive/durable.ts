import { setTimeout as sleep } from "node:timers/promises";
import { type Bus, type EncodedEvent, NotDurableError } from "../contracts.ts";
import { describeError } from "../support/describe-error.ts";
import type { Durable, DurableOptions } from "./durability.ts";
import { createSpooledDurable } from "./spooled-durable.ts";

/** Without a spool a POST waits this long for the bus. */
const busWaitMs = 5_000;
const retryMs = 100;
const gaugesMs = 1_000;

/** What stands between the endpoint and the bus: a POST is durable in one of two places, or refused. */
export function createDurable(options: DurableOptions): Durable {
  const { bus, spool, metrics } = options;
  const durable =
    spool === undefined
      ? createUnspooledDurable(options)
      : createSpooledDurable({ ...options, spool });
  let gauges: NodeJS.Timeout | undefined;
  const measure = () => {
    metrics.busReady.set(bus.health().ready ? 1 : 0);
    const { posts, bytes, oldestAt } = spool?.depth() ?? { posts: 0, bytes: 0 };
    metrics.spoolPosts.set(posts);
    metrics.spoolBytes.set(bytes);
    metrics.spoolAge.set(oldestAt === undefined ? 0 : (Date.now() - oldestAt.getTime()) / 1_000);
  };
  return {
    publish: (post) => durable.publish(post),
    health: () => durable.health(),
    start() {
      measure();
      gauges = setInterval(measure, gaugesMs).unref();
      durable.start();
    },
    async close() {
      clearInterval(gauges);
      await durable.close();
    },
  };
}

function createUnspooledDurable({ bus, log }: DurableOptions): Durable {
  let closed = false;
  return {
    async publish(post) {
      if (closed) throw new NotDurableError("shutting down");
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), busWaitMs);
      try {
        await publishUntil(bus, post, abort.signal);
      } catch (error) {
        log.warn("the bus did not take a POST in time", { reason: describeError(error) });
        throw new NotDurableError("the bus did not take it in time", { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    health: () => ({ mode: "direct", ...bus.health() }),
    start: () => undefined,
    async close() {
      closed = true;
    },
  };
}

/** Publishes again and again until it holds or the signal aborts; then rejects with the last reason. */
async function publishUntil(
  bus: Pick<Bus, "publish">,
  post: readonly EncodedEvent[],
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await bus.publish(post, signal);
    } catch (error) {
      await sleep(retryMs * (0.5 + Math.random()));
      if (signal.aborted) throw error;
    }
  }
}
