import type { Delivery, Ledger } from "../../../src/contracts.ts";
import { reserveSeq } from "../../support/reserve-seq.ts";

export const createdAt = "2026-11-20T10:00:00.000Z";

/** One delivery of event `n`, in the state it should be in. Answers with the epoch that wrote it. */
export async function addDelivery(
  ledger: Ledger,
  destination: string,
  n: number,
  state: Delivery["state"] = "open",
  unknown?: true,
): Promise<number> {
  const seen = await ledger.lease(destination);
  const lease = await ledger.takeLease(destination, seen, "worker-1/7/work/aa 0123abcd");
  if (lease === undefined) throw new Error("the lease is another's");
  const seq = (await reserveSeq(ledger, destination, lease.epoch, 1)) ?? 0;
  const id = `${destination}:evt_${n}`;
  const eventType = "whatsapp.message.text";
  const row = { id, destination, eventId: `evt_${n}`, eventType, route: "everything", seq };
  await ledger.insert([{ ...row, laneKeys: ["cnv_mia"], createdAt: at(n) }], lease.epoch);
  if (state !== "open") {
    const outcome = state === "dead" ? ("refused" as const) : ("delivered" as const);
    const history = [{ at: at(n), ms: 41, outcome, answer: "422 unknown field" }];
    const done = state === "sending" ? {} : { doneAt: at(n), history, attempts: 1 };
    const reason = state === "dead" ? { reason: "the receiver answered 422" } : {};
    await ledger.write(lease.epoch, [
      { id, state, ...done, ...reason, ...(unknown && { unknown }) },
    ]);
  }
  return lease.epoch;
}

/** One of a route with `after`, due an hour after its event. */
export async function addScheduled(ledger: Ledger, destination: string, n: number): Promise<void> {
  const eventId = `evt_${n}`;
  const id = `${destination}:${eventId}:reminder`;
  const nextAt = new Date(Date.parse(at(n)) + 3_600_000).toISOString();
  const row = {
    id,
    eventId,
    eventType: "whatsapp.message.text",
    route: "reminder",
    laneKeys: [id],
  };
  const routes = ["reminder"];
  await ledger.enqueue(destination, [{ ...row, routes, createdAt: at(n), nextAt }]);
}

function at(n: number): string {
  return new Date(Date.parse(createdAt) + n * 1_000).toISOString();
}
