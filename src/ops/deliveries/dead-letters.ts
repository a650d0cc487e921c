import {
  type DestinationRow,
  destinationOfQueue,
  diagnose,
  type QueueState,
} from "../../contracts.ts";

/** What has come to an end without having been taken, of one destination or queue. */
export interface DeadLetters {
  readonly of: "deliveries" | "messages";
  readonly name: string;
  readonly destination?: string;
  readonly count: number;
  readonly words: string;
  readonly remedy: string;
}

/** Only where there are any. Pure. */
export function deadLetters(
  rows: readonly DestinationRow[],
  queues: readonly QueueState[],
): DeadLetters[] {
  const deliveries = rows
    .filter(({ dead, epoch, prunedEpoch }) => dead > 0 && prunedEpoch !== epoch)
    .map(({ name, dead: count }): DeadLetters => {
      const { what: words, remedy } = diagnose({ kind: "deliveries_dead", name, count });
      return { of: "deliveries", name, destination: name, count, words, remedy };
    });
  const messages = queues
    .filter(({ dead }) => dead > 0)
    .map(({ name, dead: count }): DeadLetters => {
      const { what: words, remedy } = diagnose({ kind: "messages_dead", queue: name, count });
      const destination = destinationOfQueue(name);
      return { of: "messages", name, ...(destination && { destination }), count, words, remedy };
    });
  return [...deliveries, ...messages];
}
