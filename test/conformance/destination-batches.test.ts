import { type BatchRules, DeliveryError, type Destination } from "../../src/contracts.ts";
import {
  batchConformance,
  type DestinationUnderTest,
  destinationConformance,
} from "./destination.ts";

/** A kind in memory that takes batches, as its rules say. */
function openFake(rules: BatchRules, idempotency: Destination["idempotency"]) {
  return async (): Promise<DestinationUnderTest> => {
    const effects: string[] = [];
    const take = (id: string) => {
      if (idempotency !== "native" || !effects.includes(id)) effects.push(id);
      return { remoteId: id };
    };
    const throwIfAborted = ({ aborted }: AbortSignal) => {
      if (aborted) throw new DeliveryError("outage", "there is no time left");
    };
    const destination: Destination = {
      ...{ kind: "fake", idempotency, links: false, batch: rules },
      async deliver({ id }, _context, signal) {
        throwIfAborted(signal);
        return take(id);
      },
      async deliverBatch(items, signal) {
        throwIfAborted(signal);
        return items.map(({ event }) => take(event.id));
      },
      find: async ({ id }) => (effects.includes(id) ? { remoteId: id } : undefined),
      preview: ({ data }) => data.message?.text,
      check: async () => [{ name: "fake", ok: true, detail: "is here" }],
      close: async () => undefined,
    };
    return { destination, effects: () => effects, secrets: [], close: async () => undefined };
  };
}

const ways = { along: [true, false], across: [false, true], both: [true, true] } as const;
for (const [way, [along, across]] of Object.entries(ways)) {
  for (const idempotency of ["native", "lookup"] as const) {
    const open = openFake({ along, across, waitMs: 0, most: 10 }, idempotency);
    batchConformance(`fake, ${way}, ${idempotency}`, open);
  }
}
destinationConformance(
  "fake",
  openFake({ along: true, across: true, waitMs: 0, most: 10 }, "native"),
);
