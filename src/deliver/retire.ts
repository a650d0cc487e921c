import {
  type Bus,
  type Delivery,
  type DestinationLease,
  deliverQueueName,
  type Ledger,
} from "../contracts.ts";

export interface RetireParts {
  readonly ledger: Ledger;
  readonly bus: Pick<Bus, "removeQueue">;
  /** Also where messages wait. */
  readonly force: boolean;
}

const chunk = 1_000;

/**
 * Removes the queue of a destination that is no longer configured, and ends its deliveries. Takes the lease first, so
 * that what a former holder may still write matches nothing. Answers why not.
 */
export async function retire(
  row: DestinationLease,
  { ledger, bus, force }: RetireParts,
): Promise<string | undefined> {
  const { name } = row;
  const lease = await ledger.takeLease(name, row, "waypost topology prune");
  if (lease === undefined) return "a worker still delivers to it";
  const { epoch } = lease;
  try {
    const waiting = await bus.removeQueue(deliverQueueName(name), { force });
    if (waiting > 0) return `${waiting} messages wait in its queue`;
    await endDeliveries(ledger, name, epoch);
    await ledger.setPause(name, undefined);
    await ledger.note(name, epoch, { prunedEpoch: epoch, breaker: undefined });
    return undefined;
  } catch {
    return "its queue could not be removed; see whether the bus is ready, and restart the roles";
  } finally {
    await ledger.releaseLease(name, epoch);
  }
}

/** Later than anything is scheduled for. */
const endOfTime = new Date(8.64e15);

async function endDeliveries(ledger: Ledger, name: string, epoch: number): Promise<void> {
  while ((await ledger.openDue(name, endOfTime, chunk)) > 0);
  await ledger.claimOpen(name, epoch);
  const doneAt = new Date().toISOString();
  const reason = "the destination was removed";
  let open: readonly Delivery[] = [];
  do {
    const after = open.at(-1)?.seq;
    open = await ledger.openRows(name, epoch, {
      limit: chunk,
      ...(after !== undefined && { after }),
    });
    const changes = open.map(({ id, state }) => {
      const unknown = state === "sending" ? { unknown: true } : {};
      return { id, state: "dead", nextAt: null, ...unknown, doneAt, reason } as const;
    });
    await ledger.write(epoch, changes);
  } while (open.length === chunk);
}
