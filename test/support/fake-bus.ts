import type { Bus, BusHealth, EncodedEvent } from "../../src/contracts.ts";

type BusMood = "confirms" | "hangs" | "rejects";

/** The publishing face of a bus, in memory: keeps what it was given, and confirms as it is told. */
export interface FakeBus extends Pick<Bus, "publish" | "health"> {
  /** In the order of publishing, repeats included; also what was never confirmed. */
  readonly published: EncodedEvent[];
  mood: BusMood;
  confirmMs: number;
  down: string | undefined;
  /** Called with each publish, before it settles. */
  onPublish: (events: readonly EncodedEvent[]) => void;
}

export function createFakeBus(): FakeBus {
  const published: EncodedEvent[] = [];
  const bus: FakeBus = {
    published,
    mood: "confirms",
    confirmMs: 0,
    down: undefined,
    onPublish: () => undefined,
    async publish(events, signal) {
      if (bus.down !== undefined) throw new Error(bus.down);
      published.push(...events);
      bus.onPublish(events);
      if (bus.mood === "rejects") throw new Error("nacked");
      if (bus.mood === "hangs") await aborted(signal);
      if (bus.confirmMs > 0) await after(bus.confirmMs, signal);
    },
    health: (): BusHealth =>
      bus.down === undefined
        ? { kind: "rabbitmq", ready: true }
        : { kind: "rabbitmq", ready: false, reason: bus.down },
  };
  return bus;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}

async function after(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const confirmed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([confirmed, aborted(signal)]).finally(() => clearTimeout(timer));
}
