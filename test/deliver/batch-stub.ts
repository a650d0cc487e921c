import type { BatchItem, BatchOutcome, BatchRules, Destination } from "../../src/contracts.ts";
import { type Answer, createStub, outage, type StubDestination } from "./engine.ts";

export interface BatchStub extends StubDestination {
  /** Ids of each call of `deliverBatch`, in order. */
  readonly batches: string[][];
  /** Before anything of a batch takes effect: throws for all of it. */
  before: (items: readonly BatchItem[]) => Promise<void>;
}

/**
 * A destination that takes several in one call, in their order, and behind the first of a conversation that it does not take, nothing
 * more of that conversation. It answers for each, alone or in a batch, as `answer` says.
 */
export function createBatchStub(
  rules: Partial<BatchRules> = {},
  idempotency: Destination["idempotency"] = "native",
): BatchStub {
  const stub = createStub(idempotency);
  const batches: string[][] = [];
  const batching: BatchStub = Object.assign(stub, {
    batches,
    batch: { along: false, across: false, waitMs: 0, most: 10, ...rules },
    before: async () => undefined,
    async deliverBatch(items: readonly BatchItem[], signal: AbortSignal) {
      batches.push(items.map(({ event }) => event.id));
      await batching.before(items);
      const stopped = new Set<string | undefined>();
      const outcomes: BatchOutcome[] = [];
      for (const { event, context } of items) {
        const conversation = event.data.conversationId;
        stub.calls.push({ event, context });
        const answer = stopped.has(conversation) ? outage() : await stub.answer(event, context);
        if (isFailure(answer)) {
          if (!("verdict" in answer && answer.verdict === "refused")) stopped.add(conversation);
          outcomes.push(answer as BatchOutcome);
          continue;
        }
        if (answer === "hangs") await untilAborted(signal);
        stub.effects.push(event.id);
        outcomes.push({ remoteId: `remote ${event.id}`, answer: "200" });
      }
      return outcomes;
    },
  });
  return batching;
}

function isFailure(answer: Answer): answer is Exclude<Answer, "ok" | "hangs"> {
  return answer instanceof Error;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
